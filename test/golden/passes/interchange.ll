/* before */
input_gradient():
  device y.grad: f32[2, 8, 5], w: f32[5, 3, 4], pad.grad: f32[2, 10, 4];
  zero_out pad.grad;
  for b < 2 {
    for h < 8 {
      for k < 3 {
        for c < 4 {
          for o < 5 {
            pad.grad[b, h + k, c] += y.grad[b, h, o] * w[o, k, c];
          }
        }
      }
    }
  }

/* after interchange */
input_gradient():
  device y.grad: f32[2, 8, 5], w: f32[5, 3, 4], pad.grad: f32[2, 10, 4];
  zero_out pad.grad;
  for b < 2 {
    for k < 3 {
      for h < 8 {
        for c < 4 {
          for o < 5 {
            pad.grad[b, h + -1*k + 2, c] += y.grad[b, h, o] * w[o, -1*k + 2, c];
          }
        }
      }
    }
  }
