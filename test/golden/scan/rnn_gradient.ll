loss_gradient():
  device loss: f32, u: f32[4, 4], u.grad: f32[4, 4], w: f32[4, 2], w.grad: f32[4, 2], xs: f32[3, 2];
  /* loss gradient */
  local h: f32[4];
  for o < 4 {
    h[o] := 0;
  }
  local h_saved: f32[3, 4];
  local tanh: f32[4];
  local scan: f32[3, 4];
  for t < 3 {
    for o < 4 {
      h_saved[t, o] := h[o];
    }
    for o < 4 {
      local matmul2: f32 := 0;
      for i < 4 {
        matmul2 := fma(u[o, i], h[i], matmul2);
      }
      local matmul: f32 := 0;
      for i < 2 {
        matmul := fma(w[o, i], xs[t, i], matmul);
      }
      tanh[o] := tanh(matmul + matmul2);
    }
    for o < 4 {
      scan[t, o] := tanh[o];
    }
    for o < 4 {
      h[o] := tanh[o];
    }
  }
  zero_out loss;
  for b < 3 {
    for o < 4 {
      loss += scan[b, o];
    }
  }
  /* loss zero grads and backprop */
  zero_out w.grad;
  zero_out u.grad;
  local grad_h: f32[4];
  for o < 4 {
    grad_h[o] := 0;
  }
  local grad_w: f32[4, 2];
  zero_out grad_w;
  local grad_u: f32[4, 4];
  zero_out grad_u;
  local tanh2: f32[4];
  local grad_add: f32[4];
  for t < 3 {
    for o < 4 {
      local matmul4: f32 := 0;
      for i < 4 {
        matmul4 := fma(u[o, i], h_saved[-1*t + 2, i], matmul4);
      }
      local matmul3: f32 := 0;
      for i < 2 {
        matmul3 := fma(w[o, i], xs[-1*t + 2, i], matmul3);
      }
      tanh2[o] := tanh(matmul3 + matmul4);
    }
    for o < 4 {
      grad_add[o] := (grad_h[o] + 1) * fma(neg(tanh2[o]), tanh2[o], 1);
    }
    for o < 4 {
      for i < 2 {
        grad_w[o, i] := fma(grad_add[o], xs[-1*t + 2, i], grad_w[o, i]);
      }
    }
    for o < 4 {
      for i < 4 {
        grad_u[o, i] := fma(grad_add[o], h_saved[-1*t + 2, i], grad_u[o, i]);
      }
    }
    for o < 4 {
      local grad_h2: f32 := 0;
      for o2 < 4 {
        grad_h2 := fma(grad_add[o2], u[o2, o], grad_h2);
      }
      grad_h[o] := grad_h2;
    }
  }
  for o < 4 {
    for i < 2 {
      w.grad[o, i] += grad_w[o, i];
    }
  }
  for o < 4 {
    for i < 4 {
      u.grad[o, i] += grad_u[o, i];
    }
  }
