float fmaf(float, float, float);
static inline float relu_f32(float a) { return a < 0 ? 0 : a; }
static inline float where_f32(_Bool c, float a, float b) { return c ? a : b; }

static void scalar_loss_gradient_then_gd_update(
  const long batch, const long step, float *restrict b1, float *restrict b2,
  float *restrict learning_rate, const float *restrict moons_classes,
  const float *restrict moons_flat, float *restrict scalar_loss, float *restrict w1,
  float *restrict w2, float *restrict w3) {
  /* scalar_loss gradient */
  _Alignas(64) float relu[160];
  for (long b = 0; b < 10; ++b) {
    for (long o = 0; o < 16; ++o) {
      float matmul = 0.0f;
      for (long i = 0; i < 2; ++i) {
        matmul = fmaf(w1[o * 2 + i], moons_flat[(batch * 10 + b) * 2 + i], matmul);
      }
      relu[b * 16 + o] = relu_f32(b1[o] + matmul);
    }
  }
  _Alignas(64) float relu2[160];
  for (long b = 0; b < 10; ++b) {
    for (long o = 0; o < 16; ++o) {
      float matmul2 = 0.0f;
      for (long i = 0; i < 16; ++i) {
        matmul2 = fmaf(w2[o * 16 + i], relu[b * 16 + i], matmul2);
      }
      relu2[b * 16 + o] = relu_f32(b2[o] + matmul2);
    }
  }
  _Alignas(64) float margin_loss[10];
  for (long b = 0; b < 10; ++b) {
    float mlp_moons_input = 0.0f;
    for (long i = 0; i < 16; ++i) {
      mlp_moons_input = fmaf(w3[i], relu2[b * 16 + i], mlp_moons_input);
    }
    margin_loss[b] = relu_f32(fmaf(-moons_classes[batch * 10 + b], mlp_moons_input, 1.0f));
  }
  float sum = 0.0f;
  for (long b = 0; b < 10; ++b) {
    sum += margin_loss[b];
  }
  scalar_loss[0] = sum / 10.0f;
  /* scalar_loss zero grads and backprop */
  _Alignas(64) float mlp_moons_input_grad[10];
  for (long b = 0; b < 10; ++b) {
    mlp_moons_input_grad[b] = -(0.0f < margin_loss[b] ? 0.1f : 0.0f) *
        moons_classes[batch * 10 + b];
  }
  _Alignas(64) float add2_grad[160];
  for (long b = 0; b < 10; ++b) {
    for (long o = 0; o < 16; ++o) {
      add2_grad[b * 16 + o] = where_f32(0.0f < relu2[b * 16 + o], mlp_moons_input_grad[b] * w3[o],
          0.0f);
    }
  }
  _Alignas(64) float add_grad[160];
  for (long b = 0; b < 10; ++b) {
    for (long o = 0; o < 16; ++o) {
      float relu_grad = 0.0f;
      for (long o2 = 0; o2 < 16; ++o2) {
        relu_grad = fmaf(add2_grad[b * 16 + o2], w2[o2 * 16 + o], relu_grad);
      }
      add_grad[b * 16 + o] = 0.0f < relu[b * 16 + o] ? relu_grad : 0.0f;
    }
  }
  /* gd update */
  /* w3 param sgd step */
  learning_rate[0] = 0.1f * (12800.0f - (float)(int)step) / 6400.0f;
  for (long i = 0; i < 16; ++i) {
    float w3_grad = 0.0f;
    for (long b = 0; b < 10; ++b) {
      w3_grad = fmaf(mlp_moons_input_grad[b], relu2[b * 16 + i], w3_grad);
    }
    w3[i] -= learning_rate[0] * fmaf(0.0001f, w3[i], w3_grad);
  }
  /* b2 param sgd step */
  for (long o = 0; o < 16; ++o) {
    float b2_grad = 0.0f;
    for (long b = 0; b < 10; ++b) {
      b2_grad += add2_grad[b * 16 + o];
    }
    b2[o] -= learning_rate[0] * fmaf(0.0001f, b2[o], b2_grad);
  }
  /* w2 param sgd step */
  for (long o = 0; o < 16; ++o) {
    for (long i = 0; i < 16; ++i) {
      float w2_grad = 0.0f;
      for (long b = 0; b < 10; ++b) {
        w2_grad = fmaf(add2_grad[b * 16 + o], relu[b * 16 + i], w2_grad);
      }
      w2[o * 16 + i] -= learning_rate[0] * fmaf(0.0001f, w2[o * 16 + i], w2_grad);
    }
  }
  /* b1 param sgd step */
  for (long o = 0; o < 16; ++o) {
    float b1_grad = 0.0f;
    for (long b = 0; b < 10; ++b) {
      b1_grad += add_grad[b * 16 + o];
    }
    b1[o] -= learning_rate[0] * fmaf(0.0001f, b1[o], b1_grad);
  }
  /* w1 param sgd step */
  for (long o = 0; o < 16; ++o) {
    for (long i = 0; i < 2; ++i) {
      float w1_grad = 0.0f;
      for (long b = 0; b < 10; ++b) {
        w1_grad = fmaf(add_grad[b * 16 + o], moons_flat[(batch * 10 + b) * 2 + i], w1_grad);
      }
      w1[o * 2 + i] -= learning_rate[0] * fmaf(0.0001f, w1[o * 2 + i], w1_grad);
    }
  }
}

int einc_run(void *const *args) {
  scalar_loss_gradient_then_gd_update((long)args[9], (long)args[10], args[0], args[1], args[2],
      args[3], args[4], args[5], args[6], args[7], args[8]);
  return 0;
}
