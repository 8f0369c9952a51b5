/* before */
input_gradient():
  device y.grad: f32[6, 5], w: f32[5, 3, 4], x.grad: f32[6, 4];
  local pad.grad: f32[8, 4];
  zero_out pad.grad;
  for v < 6 {
    for j < 3 {
      for c < 4 {
        for o < 5 {
          pad.grad[v + j, c] += y.grad[v, o] * w[o, j, c];
        }
      }
    }
  }
  for v < 6 {
    for c < 4 {
      x.grad[v, c] := pad.grad[v + 1, c];
    }
  }

/* after gather-taps */
input_gradient():
  device y.grad: f32[6, 5], w: f32[5, 3, 4], x.grad: f32[6, 4];
  local pad.grad: f32[6, 4];
  zero_out pad.grad;
  for v < 6 {
    for c < 4 {
      for o < 5 {
        for j < 3 {
          when v + j + -1 < 6 {
            when -1*v + -1*j + 1 < 1 {
              pad.grad[v, c] += y.grad[v + j + -1, o] * w[o, -1*j + 2, c];
            }
          }
        }
      }
    }
  }
  for v < 6 {
    for c < 4 {
      x.grad[v, c] := pad.grad[v, c];
    }
  }
