scalar_loss_gradient_then_gd_update(batch : [0..79], step):
  device b1: f32[16], b2: f32[16], learning_rate: f32, moons_classes: f32[80, 10, 1], moons_flat:
      f32[80, 10, 2], scalar_loss: f32[1], w1: f32[16, 2], w2: f32[16, 16], w3: f32[1, 16];
  /* scalar_loss gradient */
  local relu: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local matmul: f32 := 0;
      for i < 2 {
        matmul := fma(w1[o, i], moons_flat[batch, b, i], matmul);
      }
      relu[b, o] := relu(b1[o] + matmul);
    }
  }
  local relu2: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local matmul2: f32 := 0;
      for i < 16 {
        matmul2 := fma(w2[o, i], relu[b, i], matmul2);
      }
      relu2[b, o] := relu(b2[o] + matmul2);
    }
  }
  local margin_loss: f32[10, 1];
  for b < 10 {
    local mlp_moons_input: f32 := 0;
    for i < 16 {
      mlp_moons_input := fma(w3[0, i], relu2[b, i], mlp_moons_input);
    }
    margin_loss[b, 0] := relu(fma(neg(moons_classes[batch, b, 0]), mlp_moons_input, 1));
  }
  local sum: f32 := 0;
  for b < 10 {
    sum += margin_loss[b, 0];
  }
  scalar_loss[0] := sum / 10;
  /* scalar_loss zero grads and backprop */
  local mlp_moons_input.grad: f32[10, 1];
  for b < 10 {
    mlp_moons_input.grad[b, 0] := neg(where(0 < margin_loss[b, 0], 0.1, 0)) *
        moons_classes[batch, b, 0];
  }
  local add2.grad: f32[10, 16];
  for b < 10 {
    for o < 16 {
      add2.grad[b, o] := where(0 < relu2[b, o], mlp_moons_input.grad[b, 0] * w3[0, o], 0);
    }
  }
  local add.grad: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local relu.grad: f32 := 0;
      for o2 < 16 {
        relu.grad := fma(add2.grad[b, o2], w2[o2, o], relu.grad);
      }
      add.grad[b, o] := where(0 < relu[b, o], relu.grad, 0);
    }
  }
  /* gd update */
  /* w3 param sgd step */
  learning_rate := 0.1 * (12800 - f32(step)) / 6400;
  for i < 16 {
    local w3.grad: f32 := 0;
    for b < 10 {
      w3.grad := fma(mlp_moons_input.grad[b, 0], relu2[b, i], w3.grad);
    }
    w3[0, i] -= learning_rate * fma(0.0001, w3[0, i], w3.grad);
  }
  /* b2 param sgd step */
  for o < 16 {
    local b2.grad: f32 := 0;
    for b < 10 {
      b2.grad += add2.grad[b, o];
    }
    b2[o] -= learning_rate * fma(0.0001, b2[o], b2.grad);
  }
  /* w2 param sgd step */
  for o < 16 {
    for i < 16 {
      local w2.grad: f32 := 0;
      for b < 10 {
        w2.grad := fma(add2.grad[b, o], relu[b, i], w2.grad);
      }
      w2[o, i] -= learning_rate * fma(0.0001, w2[o, i], w2.grad);
    }
  }
  /* b1 param sgd step */
  for o < 16 {
    local b1.grad: f32 := 0;
    for b < 10 {
      b1.grad += add.grad[b, o];
    }
    b1[o] -= learning_rate * fma(0.0001, b1[o], b1.grad);
  }
  /* w1 param sgd step */
  for o < 16 {
    for i < 2 {
      local w1.grad: f32 := 0;
      for b < 10 {
        w1.grad := fma(add.grad[b, o], moons_flat[batch, b, i], w1.grad);
      }
      w1[o, i] -= learning_rate * fma(0.0001, w1[o, i], w1.grad);
    }
  }
