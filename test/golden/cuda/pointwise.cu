static __device__ __forceinline__ float relu_f32(float a) { return a < 0 ? 0 : a; }
static __device__ __forceinline__ float f32_of_bits(int a) { union { int from; float to; } x = { a }; return x.to; }
static __device__ __forceinline__ int bits_of_f32(float a) { union { float from; int to; } x = { a }; return x.to; }
static __device__ __forceinline__ float tanh_f32(float a) {
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

extern "C" __global__ void __launch_bounds__(256) chain_y(
  const float *__restrict__ x, const float *__restrict__ scale, float *__restrict__ y) {
  const int turn = blockIdx.x * 256 + threadIdx.x;
  const int b = turn / 300;
  const int i = turn % 300;
  if (turn >= 300000) return;
  y[b * 300 + i] = relu_f32(tanh_f32(x[b * 300 + i] * scale[i])) + x[b * 300 + i];
}
