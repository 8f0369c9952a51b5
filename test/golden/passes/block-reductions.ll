/* before */
weight_gradient():
  device y.grad: f32[2, 6, 32], x: f32[2, 6, 4], w.grad: f32[32, 4];
  zero_out w.grad;
  for o < 32 {
    for c < 4 {
      for b < 2 {
        for h < 6 {
          w.grad[o, c] += y.grad[b, h, o] * x[b, h, c];
        }
      }
    }
  }

/* after block-reductions */
weight_gradient():
  device y.grad: f32[2, 6, 32], x: f32[2, 6, 4], w.grad: f32[32, 4];
  zero_out w.grad;
  for o_block < 2 {
    for b < 2 {
      for o < 16 {
        for c < 4 {
          for h < 6 {
            w.grad[16*o_block + o, c] += y.grad[b, h, 16*o_block + o] * x[b, h, c];
          }
        }
      }
    }
  }
