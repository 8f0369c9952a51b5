static inline long position(double a, long n) { return a >= 0 && a < n && (long)a == a ? (long)a : -1; }
float fmaf(float, float, float);
float fabsf(float);
static inline float f32_of_bits(int a) { union { int from; float to; } x = { a }; return x.to; }
static inline int bits_of_f32(float a) { union { float from; int to; } x = { a }; return x.to; }
float copysignf(float, float);
static inline float tanh_f32(float a) {
  const float size = fabsf(a);
  const float square = a * a;
  float p = -0.0062742014f;
  p = fmaf(p, square, 0.02107165f);
  p = fmaf(p, square, -0.0538523f);
  p = fmaf(p, square, 0.13332586f);
  p = fmaf(p, square, -0.33333316f);
  const float near = fmaf(square * p, size, size);
  const float x = 10.0f < size ? 10.0f : size;
  const float count = fmaf(x, 2.88539f, 12583039.0f);
  const float n = count - 12583039.0f;
  const float rest = fmaf(n, 1.9046542e-9f, fmaf(n, -0.6931472f, x * 2.0f));
  float q = 0.0013814486f;
  q = fmaf(q, rest, 0.00836875f);
  q = fmaf(q, rest, 0.041668393f);
  q = fmaf(q, rest, 0.1666652f);
  q = fmaf(q, rest, 0.49999994f);
  q = fmaf(q, rest, 1.0f);
  q = fmaf(q, rest, 1.0f);
  const float far = 1.0f - 2.0f / (q * f32_of_bits(bits_of_f32(count) << 23) + 1.0f);
  return copysignf(size < 0.55f ? near : far, a);
}
static inline float relu_f32(float a) { return a < 0 ? 0 : a; }

static void embedding(
  const long batch, const float *restrict classes, float *restrict embedding2, float *restrict loss,
  float *restrict w, const float *restrict words) {
  /* loss gradient */
  _Alignas(64) float bag[32];
  for (long b = 0; b < 4; ++b) {
    for (long o = 0; o < 8; ++o) {
      float bag_sum = 0.0f;
      for (long t = 0; t < 3; ++t) {
        const long at = position(words[(batch * 4 + b) * 3 + t], 50);
        bag_sum += at < 0 ? 0.0f : embedding2[at * 8 + o];
      }
      bag[b * 8 + o] = bag_sum;
    }
  }
  float tanh2[4];
  for (long b = 0; b < 4; ++b) {
    float matmul = 0.0f;
    for (long i = 0; i < 8; ++i) {
      matmul = fmaf(w[i], bag[b * 8 + i], matmul);
    }
    tanh2[b] = tanh_f32(matmul);
  }
  float margin[4];
  for (long b = 0; b < 4; ++b) {
    margin[b] = relu_f32(fmaf(-classes[batch * 4 + b], tanh2[b], 1.0f));
  }
  float sum = 0.0f;
  for (long b = 0; b < 4; ++b) {
    sum += margin[b];
  }
  loss[0] = sum * 0.25f;
  /* loss zero grads and backprop */
  _Alignas(64) float embedding_grad[400] = {0};
  float matmul_grad[4];
  for (long b = 0; b < 4; ++b) {
    matmul_grad[b] = -(0.0f < margin[b] ? 0.25f : 0.0f) * classes[batch * 4 + b] * fmaf(-tanh2[b],
        tanh2[b], 1.0f);
  }
  _Alignas(64) float bag_grad[32];
  for (long b = 0; b < 4; ++b) {
    for (long i = 0; i < 8; ++i) {
      bag_grad[b * 8 + i] = matmul_grad[b] * w[i];
    }
  }
  for (long b = 0; b < 4; ++b) {
    for (long b2 = 0; b2 < 3; ++b2) {
      for (long o = 0; o < 8; ++o) {
        const long at2 = position(words[(batch * 4 + b) * 3 + b2], 50);
        if (at2 >= 0) embedding_grad[at2 * 8 + o] += bag_grad[b * 8 + o];
      }
    }
  }
  /* gd update */
  /* w param sgd step */
  for (long i = 0; i < 8; ++i) {
    float w_grad = 0.0f;
    for (long b = 0; b < 4; ++b) {
      w_grad = fmaf(matmul_grad[b], bag[b * 8 + i], w_grad);
    }
    w[i] -= 0.1f * fmaf(0.0f, w[i], w_grad);
  }
  /* embedding param sgd step */
  for (long o = 0; o < 50; ++o) {
    for (long o2 = 0; o2 < 8; ++o2) {
      embedding2[o * 8 + o2] -= 0.1f * fmaf(0.0f, embedding2[o * 8 + o2],
          embedding_grad[o * 8 + o2]);
    }
  }
}

int einc_run(void *const *args) {
  embedding((long)args[5], args[0], args[1], args[2], args[3], args[4]);
  return 0;
}
