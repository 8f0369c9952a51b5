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

extern "C" __global__ void __launch_bounds__(128) recurrence_r(
  const float *__restrict__ x, const float *__restrict__ h, float *__restrict__ r,
  const long long first_given, const long long t_given) {
  const int first = first_given;
  const int t = t_given;
  const int o = blockIdx.x * 128 + threadIdx.x;
  if (o >= 20000) return;
  r[o] = tanh_f32(x[(first * 100 + t) * 20000 + o] + h[o]);
}

extern "C" __global__ void __launch_bounds__(256) recurrence_seen(
  float *__restrict__ h, float *__restrict__ seen, const float *__restrict__ r,
  const long long t_given) {
  const int t = t_given;
  for (int thread = threadIdx.x; thread < 20000; thread += 256) {
    const int o = thread;
    h[o] = r[-1 * o + 19999];
  }
  if (threadIdx.x < 1) {
    seen[t] = (float)t;
  }
}
