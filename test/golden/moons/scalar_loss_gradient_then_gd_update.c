typedef float f32x16 __attribute__((vector_size(64), aligned(4), may_alias));
static inline f32x16 all_f32x16(float a) {
  f32x16 r;
  for (int l = 0; l < 16; ++l) r[l] = a;
  return r;
}
float fmaf(float, float, float);
static inline f32x16 fma_f32x16(f32x16 a, f32x16 b, f32x16 c) {
  f32x16 r;
  for (int l = 0; l < 16; ++l) r[l] = fmaf(a[l], b[l], c[l]);
  return r;
}
static inline float relu_f32(float a) { return a < 0 ? 0 : a; }
static inline f32x16 relu_f32x16(f32x16 a) {
  f32x16 r;
  for (int l = 0; l < 16; ++l) r[l] = relu_f32(a[l]);
  return r;
}
static inline float where_f32(_Bool c, float a, float b) { return c ? a : b; }
typedef int boolx16 __attribute__((vector_size(64), aligned(4), may_alias));
static inline boolx16 lt_f32x16(f32x16 a, f32x16 b) {
  boolx16 r;
  for (int l = 0; l < 16; ++l) r[l] = a[l] < b[l];
  return r;
}
static inline f32x16 where_f32x16(boolx16 a, f32x16 b, f32x16 c) {
  f32x16 r;
  for (int l = 0; l < 16; ++l) r[l] = a[l] ? b[l] : c[l];
  return r;
}
typedef float f32x2 __attribute__((vector_size(8), aligned(4), may_alias));
static inline f32x2 all_f32x2(float a) {
  f32x2 r;
  for (int l = 0; l < 2; ++l) r[l] = a;
  return r;
}
static inline f32x2 fma_f32x2(f32x2 a, f32x2 b, f32x2 c) {
  f32x2 r;
  for (int l = 0; l < 2; ++l) r[l] = fmaf(a[l], b[l], c[l]);
  return r;
}

static void scalar_loss_gradient_then_gd_update(
  const int batch,
  const int step,
  float *restrict b1,
  float *restrict b2,
  float *restrict learning_rate,
  const float *restrict moons_classes,
  const float *restrict moons_flat,
  float *restrict scalar_loss,
  float *restrict w1,
  float *restrict w2,
  float *restrict w3) {
  /* scalar_loss gradient */
  float w1_panel[32];
  for (int i = 0; i < 2; ++i) {
    for (int o = 0; o < 16; ++o) {
      w1_panel[i * 16 + o] = w1[o * 2 + i];
    }
  }
  float matmul_tile[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&matmul_tile[b * 16] = all_f32x16(0.0f);
  }
  for (int i = 0; i < 2; ++i) {
    #pragma GCC unroll 10
    for (int b = 0; b < 10; ++b) {
      *(f32x16*)&matmul_tile[b * 16] = fma_f32x16(*(f32x16*)&w1_panel[i * 16],
          all_f32x16(moons_flat[(batch * 10 + b) * 2 + i]), *(f32x16*)&matmul_tile[b * 16]);
    }
  }
  float relu[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&relu[b * 16] = relu_f32x16(*(f32x16*)&b1[0] + *(f32x16*)&matmul_tile[b * 16]);
  }
  float w2_panel[256];
  for (int i = 0; i < 16; ++i) {
    for (int o = 0; o < 16; ++o) {
      w2_panel[i * 16 + o] = w2[o * 16 + i];
    }
  }
  float matmul2_tile[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&matmul2_tile[b * 16] = all_f32x16(0.0f);
  }
  for (int i = 0; i < 16; ++i) {
    #pragma GCC unroll 10
    for (int b = 0; b < 10; ++b) {
      *(f32x16*)&matmul2_tile[b * 16] = fma_f32x16(*(f32x16*)&w2_panel[i * 16],
          all_f32x16(relu[b * 16 + i]), *(f32x16*)&matmul2_tile[b * 16]);
    }
  }
  float relu2[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&relu2[b * 16] = relu_f32x16(*(f32x16*)&b2[0] + *(f32x16*)&matmul2_tile[b * 16]);
  }
  float margin_loss[10];
  for (int b = 0; b < 10; ++b) {
    float mlp_moons_input = 0.0f;
    for (int i = 0; i < 16; ++i) {
      mlp_moons_input = fmaf(w3[i], relu2[b * 16 + i], mlp_moons_input);
    }
    margin_loss[b] = relu_f32(fmaf(-moons_classes[batch * 10 + b], mlp_moons_input, 1.0f));
  }
  float sum = 0.0f;
  for (int b = 0; b < 10; ++b) {
    sum += margin_loss[b];
  }
  scalar_loss[0] = sum / 10.0f;
  /* scalar_loss zero grads and backprop */
  float mlp_moons_input_grad[10];
  for (int b = 0; b < 10; ++b) {
    mlp_moons_input_grad[b] = -(0.0f < margin_loss[b] ? 0.1f : 0.0f) *
        moons_classes[batch * 10 + b];
  }
  float add2_grad[160];
  for (int b = 0; b < 10; ++b) {
    for (int o = 0; o < 16; ++o) {
      add2_grad[b * 16 + o] = where_f32(0.0f < relu2[b * 16 + o], mlp_moons_input_grad[b] * w3[o],
          0.0f);
    }
  }
  float relu_grad_tile[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&relu_grad_tile[b * 16] = all_f32x16(0.0f);
  }
  for (int o = 0; o < 16; ++o) {
    #pragma GCC unroll 10
    for (int b = 0; b < 10; ++b) {
      *(f32x16*)&relu_grad_tile[b * 16] = fma_f32x16(all_f32x16(add2_grad[b * 16 + o]),
          *(f32x16*)&w2[o * 16], *(f32x16*)&relu_grad_tile[b * 16]);
    }
  }
  float add_grad[160];
  #pragma GCC unroll 10
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&add_grad[b * 16] = where_f32x16(lt_f32x16(all_f32x16(0.0f), *(f32x16*)&relu[b * 16]),
        *(f32x16*)&relu_grad_tile[b * 16], all_f32x16(0.0f));
  }
  /* gd update */
  /* w3 param sgd step */
  learning_rate[0] = 0.1f * (12800.0f - (float)step) / 6400.0f;
  float w3_grad_tile[16];
  *(f32x16*)&w3_grad_tile[0] = all_f32x16(0.0f);
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&w3_grad_tile[0] = fma_f32x16(all_f32x16(mlp_moons_input_grad[b]),
        *(f32x16*)&relu2[b * 16], *(f32x16*)&w3_grad_tile[0]);
  }
  *(f32x16*)&w3[0] = *(f32x16*)&w3[0] - learning_rate[0] * fma_f32x16(all_f32x16(0.0001f),
      *(f32x16*)&w3[0], *(f32x16*)&w3_grad_tile[0]);
  /* b2 param sgd step */
  float b2_grad_tile[16];
  *(f32x16*)&b2_grad_tile[0] = all_f32x16(0.0f);
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&b2_grad_tile[0] = *(f32x16*)&b2_grad_tile[0] + *(f32x16*)&add2_grad[b * 16];
  }
  *(f32x16*)&b2[0] = *(f32x16*)&b2[0] - learning_rate[0] * fma_f32x16(all_f32x16(0.0001f),
      *(f32x16*)&b2[0], *(f32x16*)&b2_grad_tile[0]);
  /* w2 param sgd step */
  for (int o = 0; o < 2; ++o) {
    float w2_grad_tile[128];
    #pragma GCC unroll 8
    for (int o2 = 0; o2 < 8; ++o2) {
      *(f32x16*)&w2_grad_tile[o2 * 16] = all_f32x16(0.0f);
    }
    for (int b = 0; b < 10; ++b) {
      #pragma GCC unroll 8
      for (int o2 = 0; o2 < 8; ++o2) {
        *(f32x16*)&w2_grad_tile[o2 * 16] = fma_f32x16(all_f32x16(add2_grad[b * 16 + 8 * o + o2]),
            *(f32x16*)&relu[b * 16], *(f32x16*)&w2_grad_tile[o2 * 16]);
      }
    }
    #pragma GCC unroll 8
    for (int o2 = 0; o2 < 8; ++o2) {
      *(f32x16*)&w2[(8 * o + o2) * 16] = *(f32x16*)&w2[(8 * o + o2) * 16] - learning_rate[0] *
          fma_f32x16(all_f32x16(0.0001f), *(f32x16*)&w2[(8 * o + o2) * 16],
          *(f32x16*)&w2_grad_tile[o2 * 16]);
    }
  }
  /* b1 param sgd step */
  float b1_grad_tile[16];
  *(f32x16*)&b1_grad_tile[0] = all_f32x16(0.0f);
  for (int b = 0; b < 10; ++b) {
    *(f32x16*)&b1_grad_tile[0] = *(f32x16*)&b1_grad_tile[0] + *(f32x16*)&add_grad[b * 16];
  }
  *(f32x16*)&b1[0] = *(f32x16*)&b1[0] - learning_rate[0] * fma_f32x16(all_f32x16(0.0001f),
      *(f32x16*)&b1[0], *(f32x16*)&b1_grad_tile[0]);
  /* w1 param sgd step */
  for (int o = 0; o < 2; ++o) {
    float w1_grad_tile[16];
    #pragma GCC unroll 8
    for (int o2 = 0; o2 < 8; ++o2) {
      *(f32x2*)&w1_grad_tile[o2 * 2] = all_f32x2(0.0f);
    }
    for (int b = 0; b < 10; ++b) {
      #pragma GCC unroll 8
      for (int o2 = 0; o2 < 8; ++o2) {
        *(f32x2*)&w1_grad_tile[o2 * 2] = fma_f32x2(all_f32x2(add_grad[b * 16 + 8 * o + o2]),
            *(f32x2*)&moons_flat[(batch * 10 + b) * 2], *(f32x2*)&w1_grad_tile[o2 * 2]);
      }
    }
    #pragma GCC unroll 8
    for (int o2 = 0; o2 < 8; ++o2) {
      *(f32x2*)&w1[(8 * o + o2) * 2] = *(f32x2*)&w1[(8 * o + o2) * 2] - learning_rate[0] *
          fma_f32x2(all_f32x2(0.0001f), *(f32x2*)&w1[(8 * o + o2) * 2],
          *(f32x2*)&w1_grad_tile[o2 * 2]);
    }
  }
}

int einc_run(void *const *args) {
  scalar_loss_gradient_then_gd_update((int)(long)args[9], (int)(long)args[10], args[0], args[1],
      args[2], args[3], args[4], args[5], args[6], args[7], args[8]);
  return 0;
}
