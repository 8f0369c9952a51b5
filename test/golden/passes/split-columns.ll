/* before */
bias_gradients():
  device g: f32[4, 510, 768], b.grad: f32[768], x: f32[509, 90], s: f32[90];
  for o < 768 {
    for b < 4 {
      for t < 510 {
        b.grad[o] += g[b, t, o];
      }
    }
  }
  for i < 90 {
    for r < 509 {
      s[i] += x[r, i] * x[r, i];
    }
  }

/* after split-columns */
bias_gradients():
  device g: f32[4, 510, 768], b.grad: f32[768], x: f32[509, 90], s: f32[90];
  local b.grad_parts: f32[4, 15, 768];
  for b < 4 {
    for t_part < 15 {
      for o < 768 {
        b.grad_parts[b, t_part, o] := 0;
        for t < 34 {
          b.grad_parts[b, t_part, o] += g[b, 34*t_part + t, o];
        }
      }
    }
  }
  for o < 768 {
    for b < 4 {
      for t < 15 {
        b.grad[o] += b.grad_parts[b, t, o];
      }
    }
  }
  local s_parts: f32[63, 90];
  for r_part < 63 {
    for i < 90 {
      s_parts[r_part, i] := 0;
      for r < 8 {
        s_parts[r_part, i] += x[8*r_part + r, i] * x[8*r_part + r, i];
      }
    }
  }
  for i < 90 {
    for r < 63 {
      s[i] += s_parts[r, i];
    }
  }
  for i < 90 {
    for r < 5 {
      s[i] += x[r + 504, i] * x[r + 504, i];
    }
  }
