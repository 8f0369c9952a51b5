scalar_loss_gradient_then_gd_update(batch : [0..79], step):
  device b1: f32[16], b2: f32[16], learning_rate: f32, moons_classes: f32[80, 10, 1], moons_flat:
      f32[80, 10, 2], scalar_loss: f32[1], w1: f32[16, 2], w2: f32[16, 16], w3: f32[1, 16];
  local moons_class: f32[10, 1];
  local moons_input: f32[10, 2];
  local matmul: f32[10, 16];
  local add: f32[10, 16];
  local relu: f32[10, 16];
  local matmul2: f32[10, 16];
  local add2: f32[10, 16];
  local relu2: f32[10, 16];
  local mlp_moons_input: f32[10, 1];
  local mul: f32[10, 1];
  local sub: f32[10, 1];
  local margin_loss: f32[10, 1];
  local sum: f32[1];
  local w3.grad: f32[1, 16];
  local b2.grad: f32[16];
  local w2.grad: f32[16, 16];
  local b1.grad: f32[16];
  local w1.grad: f32[16, 2];
  local scalar_loss.grad: f32[1];
  local sum.grad: f32[1];
  local margin_loss.grad: f32[10, 1];
  local sub.grad: f32[10, 1];
  local mul.grad: f32[10, 1];
  local mlp_moons_input.grad: f32[10, 1];
  local relu2.grad: f32[10, 16];
  local add2.grad: f32[10, 16];
  local matmul2.grad: f32[10, 16];
  local relu.grad: f32[10, 16];
  local add.grad: f32[10, 16];
  local matmul.grad: f32[10, 16];
  local sgd_delta_w3: f32[1, 16];
  local mul2: f32;
  local sub2: f32;
  local mul3: f32;
  local sgd_delta_b2: f32[16];
  local sgd_delta_w2: f32[16, 16];
  local sgd_delta_b1: f32[16];
  local sgd_delta_w1: f32[16, 2];
  /* scalar_loss gradient */
  for b < 10 {
    moons_class[b, 0] := moons_classes[batch, b, 0];
  }
  for b < 10 {
    for o < 2 {
      moons_input[b, o] := moons_flat[batch, b, o];
    }
  }
  zero_out matmul;
  for b < 10 {
    for o < 16 {
      for i < 2 {
        matmul[b, o] += w1[o, i] * moons_input[b, i];
      }
    }
  }
  for b < 10 {
    for o < 16 {
      add[b, o] := b1[o] + matmul[b, o];
    }
  }
  for b < 10 {
    for o < 16 {
      relu[b, o] := relu(add[b, o]);
    }
  }
  zero_out matmul2;
  for b < 10 {
    for o < 16 {
      for i < 16 {
        matmul2[b, o] += w2[o, i] * relu[b, i];
      }
    }
  }
  for b < 10 {
    for o < 16 {
      add2[b, o] := b2[o] + matmul2[b, o];
    }
  }
  for b < 10 {
    for o < 16 {
      relu2[b, o] := relu(add2[b, o]);
    }
  }
  zero_out mlp_moons_input;
  for b < 10 {
    for i < 16 {
      mlp_moons_input[b, 0] += w3[0, i] * relu2[b, i];
    }
  }
  for b < 10 {
    mul[b, 0] := moons_class[b, 0] * mlp_moons_input[b, 0];
  }
  for b < 10 {
    sub[b, 0] := 1 - mul[b, 0];
  }
  for b < 10 {
    margin_loss[b, 0] := relu(sub[b, 0]);
  }
  zero_out sum;
  for b < 10 {
    sum[0] += margin_loss[b, 0];
  }
  scalar_loss[0] := sum[0] / 10;
  /* scalar_loss zero grads and backprop */
  zero_out w3.grad;
  zero_out b2.grad;
  zero_out w2.grad;
  zero_out b1.grad;
  zero_out w1.grad;
  fill scalar_loss.grad, 1;
  sum.grad[0] := scalar_loss.grad[0] / 10;
  for b < 10 {
    margin_loss.grad[b, 0] := sum.grad[0];
  }
  for b < 10 {
    sub.grad[b, 0] := where(0 < margin_loss[b, 0], margin_loss.grad[b, 0], 0);
  }
  for b < 10 {
    mul.grad[b, 0] := neg(sub.grad[b, 0]);
  }
  for b < 10 {
    mlp_moons_input.grad[b, 0] := mul.grad[b, 0] * moons_class[b, 0];
  }
  for i < 16 {
    for b < 10 {
      w3.grad[0, i] += mlp_moons_input.grad[b, 0] * relu2[b, i];
    }
  }
  for b < 10 {
    for i < 16 {
      relu2.grad[b, i] := mlp_moons_input.grad[b, 0] * w3[0, i];
    }
  }
  for b < 10 {
    for o < 16 {
      add2.grad[b, o] := where(0 < relu2[b, o], relu2.grad[b, o], 0);
    }
  }
  for o < 16 {
    for b < 10 {
      b2.grad[o] += add2.grad[b, o];
    }
  }
  for b < 10 {
    for o < 16 {
      matmul2.grad[b, o] := add2.grad[b, o];
    }
  }
  for o < 16 {
    for i < 16 {
      for b < 10 {
        w2.grad[o, i] += matmul2.grad[b, o] * relu[b, i];
      }
    }
  }
  zero_out relu.grad;
  for b < 10 {
    for i < 16 {
      for o < 16 {
        relu.grad[b, i] += matmul2.grad[b, o] * w2[o, i];
      }
    }
  }
  for b < 10 {
    for o < 16 {
      add.grad[b, o] := where(0 < relu[b, o], relu.grad[b, o], 0);
    }
  }
  for o < 16 {
    for b < 10 {
      b1.grad[o] += add.grad[b, o];
    }
  }
  for b < 10 {
    for o < 16 {
      matmul.grad[b, o] := add.grad[b, o];
    }
  }
  for o < 16 {
    for i < 2 {
      for b < 10 {
        w1.grad[o, i] += matmul.grad[b, o] * moons_input[b, i];
      }
    }
  }
  /* gd update */
  /* w3 param sgd step */
  for i < 16 {
    sgd_delta_w3[0, i] := w3.grad[0, i] + 0.0001 * w3[0, i];
  }
  mul2 := 2 * 6400;
  sub2 := mul2 - f32(step);
  mul3 := 0.1 * sub2;
  learning_rate := mul3 / 6400;
  for i < 16 {
    w3[0, i] -= learning_rate * sgd_delta_w3[0, i];
  }
  /* b2 param sgd step */
  for o < 16 {
    sgd_delta_b2[o] := b2.grad[o] + 0.0001 * b2[o];
  }
  for o < 16 {
    b2[o] -= learning_rate * sgd_delta_b2[o];
  }
  /* w2 param sgd step */
  for o < 16 {
    for i < 16 {
      sgd_delta_w2[o, i] := w2.grad[o, i] + 0.0001 * w2[o, i];
    }
  }
  for o < 16 {
    for i < 16 {
      w2[o, i] -= learning_rate * sgd_delta_w2[o, i];
    }
  }
  /* b1 param sgd step */
  for o < 16 {
    sgd_delta_b1[o] := b1.grad[o] + 0.0001 * b1[o];
  }
  for o < 16 {
    b1[o] -= learning_rate * sgd_delta_b1[o];
  }
  /* w1 param sgd step */
  for o < 16 {
    for i < 2 {
      sgd_delta_w1[o, i] := w1.grad[o, i] + 0.0001 * w1[o, i];
    }
  }
  for o < 16 {
    for i < 2 {
      w1[o, i] -= learning_rate * sgd_delta_w1[o, i];
    }
  }
