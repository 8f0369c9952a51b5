scalar_loss_gradient_then_gd_update(batch : [0..79], step):
  device b1: f32[16], b2: f32[16], learning_rate: f32, moons_classes: f32[80, 10, 1], moons_flat:
      f32[80, 10, 2], scalar_loss: f32[1], w1: f32[16, 2], w2: f32[16, 16], w3: f32[1, 16];
  /* scalar_loss gradient */
  local w1_panel: f32[2, 16];
  for i < 2 {
    for o < 16 {
      w1_panel[i, o] := w1[o, i];
    }
  }
  local matmul_tile: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      matmul_tile[b, l] := 0;
    }
  }
  for i < 2 {
    for b < 10 unrolled {
      for l < 16 vector {
        matmul_tile[b, l] := fma(w1_panel[i, l], moons_flat[batch, b, i], matmul_tile[b, l]);
      }
    }
  }
  local relu: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      relu[b, l] := relu(b1[l] + matmul_tile[b, l]);
    }
  }
  local w2_panel: f32[16, 16];
  for i < 16 {
    for o < 16 {
      w2_panel[i, o] := w2[o, i];
    }
  }
  local matmul2_tile: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      matmul2_tile[b, l] := 0;
    }
  }
  for i < 16 {
    for b < 10 unrolled {
      for l < 16 vector {
        matmul2_tile[b, l] := fma(w2_panel[i, l], relu[b, i], matmul2_tile[b, l]);
      }
    }
  }
  local relu2: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      relu2[b, l] := relu(b2[l] + matmul2_tile[b, l]);
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
  local relu.grad_tile: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      relu.grad_tile[b, l] := 0;
    }
  }
  for o < 16 {
    for b < 10 unrolled {
      for l < 16 vector {
        relu.grad_tile[b, l] := fma(add2.grad[b, o], w2[o, l], relu.grad_tile[b, l]);
      }
    }
  }
  local add.grad: f32[10, 16];
  for b < 10 unrolled {
    for l < 16 vector {
      add.grad[b, l] := where(0 < relu[b, l], relu.grad_tile[b, l], 0);
    }
  }
  /* gd update */
  /* w3 param sgd step */
  learning_rate := 0.1 * (12800 - f32(step)) / 6400;
  local w3.grad_tile: f32[16];
  for l < 16 vector {
    w3.grad_tile[l] := 0;
  }
  for b < 10 {
    for l < 16 vector {
      w3.grad_tile[l] := fma(mlp_moons_input.grad[b, 0], relu2[b, l], w3.grad_tile[l]);
    }
  }
  for l < 16 vector {
    w3[0, l] -= learning_rate * fma(0.0001, w3[0, l], w3.grad_tile[l]);
  }
  /* b2 param sgd step */
  local b2.grad_tile: f32[16];
  for l < 16 vector {
    b2.grad_tile[l] := 0;
  }
  for b < 10 {
    for l < 16 vector {
      b2.grad_tile[l] += add2.grad[b, l];
    }
  }
  for l < 16 vector {
    b2[l] -= learning_rate * fma(0.0001, b2[l], b2.grad_tile[l]);
  }
  /* w2 param sgd step */
  for o < 2 {
    local w2.grad_tile: f32[8, 16];
    for o2 < 8 unrolled {
      for l < 16 vector {
        w2.grad_tile[o2, l] := 0;
      }
    }
    for b < 10 {
      for o2 < 8 unrolled {
        for l < 16 vector {
          w2.grad_tile[o2, l] := fma(add2.grad[b, 8*o + o2], relu[b, l], w2.grad_tile[o2, l]);
        }
      }
    }
    for o2 < 8 unrolled {
      for l < 16 vector {
        w2[8*o + o2, l] -= learning_rate * fma(0.0001, w2[8*o + o2, l], w2.grad_tile[o2, l]);
      }
    }
  }
  /* b1 param sgd step */
  local b1.grad_tile: f32[16];
  for l < 16 vector {
    b1.grad_tile[l] := 0;
  }
  for b < 10 {
    for l < 16 vector {
      b1.grad_tile[l] += add.grad[b, l];
    }
  }
  for l < 16 vector {
    b1[l] -= learning_rate * fma(0.0001, b1[l], b1.grad_tile[l]);
  }
  /* w1 param sgd step */
  for o < 2 {
    local w1.grad_tile: f32[8, 2];
    for o2 < 8 unrolled {
      for l < 2 vector {
        w1.grad_tile[o2, l] := 0;
      }
    }
    for b < 10 {
      for o2 < 8 unrolled {
        for l < 2 vector {
          w1.grad_tile[o2, l] := fma(add.grad[b, 8*o + o2], moons_flat[batch, b, l],
              w1.grad_tile[o2, l]);
        }
      }
    }
    for o2 < 8 unrolled {
      for l < 2 vector {
        w1[8*o + o2, l] -= learning_rate * fma(0.0001, w1[8*o + o2, l], w1.grad_tile[o2, l]);
      }
    }
  }
