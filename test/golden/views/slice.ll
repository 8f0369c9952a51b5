loss_gradient():
  device loss: f32, w: f32[6], w.grad: f32[6];
  /* loss gradient */
  local sub: f32[5];
  for o < 5 {
    sub[o] := w[o + 1] - w[o];
  }
  zero_out loss;
  for i < 5 {
    loss := fma(sub[i], w[-1*i + 5], loss);
  }
  /* loss zero grads and backprop */
  zero_out w.grad;
  local slice3.grad: f32[6];
  zero_out slice3.grad;
  for o < 5 {
    slice3.grad[o] := sub[o];
  }
  for o < 6 {
    w.grad[-1*o + 5] += slice3.grad[o];
  }
  for o < 5 {
    w.grad[o] += neg(w[-1*o + 5]);
  }
  for o < 5 {
    w.grad[o + 1] += w[-1*o + 5];
  }
