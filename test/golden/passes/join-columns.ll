/* before */
weight_gradient():
  device y.grad: f32[6, 8], x: f32[8, 6], w.grad: f32[8, 3, 6];
  zero_out w.grad;
  for o < 8 {
    for j < 3 {
      for c < 6 {
        for v < 6 {
          w.grad[o, j, c] += y.grad[v, o] * x[v + j, c];
        }
      }
    }
  }

/* after join-columns */
weight_gradient():
  device y.grad: f32[6, 8], x: f32[8, 6], w.grad: f32[8, 3, 6];
  zero_out w.grad;
  for o < 8 {
    for c < 18 {
      for v < 6 {
        w.grad[o, (c / 6), (c % 6)] += y.grad[v, o] * x[v + (c / 6), (c % 6)];
      }
    }
  }
