/* before */
gradient():
  device x: f32[8, 10, 8], y.grad: f32[8, 8, 8], w.grad: f32[3, 8, 8];
  for b < 8 {
    for k < 3 {
      for o < 2 {
        for h < 8 {
          for c < 4 unrolled {
            for v < 2 unrolled {
              for l < 4 vector {
                w.grad[k, 4*o + c, 4*v + l] += y.grad[b, h, 4*o + c] * x[b, h + k, 4*v + l];
              }
            }
          }
        }
      }
    }
  }

/* after prefetch-blocks */
gradient():
  device x: f32[8, 10, 8], y.grad: f32[8, 8, 8], w.grad: f32[3, 8, 8];
  for b < 8 {
    for k < 3 {
      for o < 2 {
        prefetch x[b + 1, 0, 32*k + 16*o];
        for h < 8 {
          for c < 4 unrolled {
            for v < 2 unrolled {
              for l < 4 vector {
                w.grad[k, 4*o + c, 4*v + l] += y.grad[b, h, 4*o + c] * x[b, h + k, 4*v + l];
              }
            }
          }
        }
      }
    }
  }
