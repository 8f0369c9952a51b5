static __device__ __forceinline__ float max_f32(float a, float b) { const float c = a > b ? a : b; return a == a ? c : a; }
static __device__ __forceinline__ int bits_of_f32(float a) { union { float from; int to; } x = { a }; return x.to; }
static __device__ __forceinline__ float f32_of_bits(int a) { union { int from; float to; } x = { a }; return x.to; }
static __device__ __forceinline__ int sub_i32(int a, int b) { return (int)((unsigned)a - b); }
static __device__ __forceinline__ float exp_f32(float a) {
  const float least = 89.0f < a ? 89.0f : a;
  const float x = least < -104.0f ? 0.0f : least;
  const float count = fmaf(x, 1.442695f, 12583166.0f);
  const float n = count - 12583166.0f;
  const float rest = fmaf(n, 1.9046542e-9f, fmaf(n, -0.6931472f, x));
  float p = 0.0013814486f;
  p = fmaf(p, rest, 0.00836875f);
  p = fmaf(p, rest, 0.041668393f);
  p = fmaf(p, rest, 0.1666652f);
  p = fmaf(p, rest, 0.49999994f);
  p = fmaf(p, rest, 1.0f);
  p = fmaf(p, rest, 1.0f);
  const int sum = bits_of_f32(count);
  const int half = sum >> 1;
  const float y = p * f32_of_bits(half << 23) * f32_of_bits(sub_i32(sum, half) << 23);
  return least < -104.0f ? 0.0f : y;
}

extern "C" __global__ void __launch_bounds__(256) softmax_y(
  const float *__restrict__ x, float *__restrict__ y) {
  const int b = blockIdx.x;
  __shared__ float s;
  alignas(16) __shared__ float e[1000];
  __shared__ float m;
  __shared__ float m_max;
  if (threadIdx.x < 1) {
    m_max = -3e+38f;
  }
  alignas(16) __shared__ float m_max_parts[64];
  if (threadIdx.x < 64) {
    const int t = threadIdx.x;
    float m_max_part = -__int_as_float(0x7f800000);
    for (int i = 0; i < 15; ++i) {
      m_max_part = max_f32(m_max_part, x[b * 1000 + 64 * i + t]);
    }
    m_max_parts[t] = m_max_part;
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    m_max_parts[t] = max_f32(m_max_parts[t], x[b * 1000 + t + 960]);
  }
  if (threadIdx.x < 1) {
    for (int i = 0; i < 8; ++i) {
      m_max = max_f32(m_max, x[b * 1000 + i + 992]);
    }
  }
  __syncwarp();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    float lane = m_max_parts[t];
    lane = max_f32(lane, m_max_parts[t + 32]);
    float other;
    other = __shfl_down_sync(0xffffffffu, lane, 16);
    lane = max_f32(lane, other);
    other = __shfl_down_sync(0xffffffffu, lane, 8);
    lane = max_f32(lane, other);
    other = __shfl_down_sync(0xffffffffu, lane, 4);
    lane = max_f32(lane, other);
    other = __shfl_down_sync(0xffffffffu, lane, 2);
    lane = max_f32(lane, other);
    other = __shfl_down_sync(0xffffffffu, lane, 1);
    lane = max_f32(lane, other);
    if (threadIdx.x == 0) {
      m_max_parts[0] = lane;
      m_max = max_f32(m_max, m_max_parts[0]);
      m = m_max;
    }
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 1000; thread += 256) {
    const int i = thread;
    e[i] = exp_f32(x[b * 1000 + i] - m);
  }
  __shared__ float s_sum;
  if (threadIdx.x < 1) {
    s_sum = 0.0f;
  }
  alignas(16) __shared__ float s_sum_parts[64];
  __syncthreads();
  if (threadIdx.x < 64) {
    const int t = threadIdx.x;
    float s_sum_part = 0.0f;
    for (int i = 0; i < 15; ++i) {
      s_sum_part += e[64 * i + t];
    }
    s_sum_parts[t] = s_sum_part;
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    s_sum_parts[t] += e[t + 960];
  }
  if (threadIdx.x < 1) {
    for (int i = 0; i < 8; ++i) {
      s_sum += e[i + 992];
    }
  }
  __syncwarp();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    float lane2 = s_sum_parts[t];
    lane2 += s_sum_parts[t + 32];
    float other2;
    other2 = __shfl_down_sync(0xffffffffu, lane2, 16);
    lane2 += other2;
    other2 = __shfl_down_sync(0xffffffffu, lane2, 8);
    lane2 += other2;
    other2 = __shfl_down_sync(0xffffffffu, lane2, 4);
    lane2 += other2;
    other2 = __shfl_down_sync(0xffffffffu, lane2, 2);
    lane2 += other2;
    other2 = __shfl_down_sync(0xffffffffu, lane2, 1);
    lane2 += other2;
    if (threadIdx.x == 0) {
      s_sum_parts[0] = lane2;
      s_sum += s_sum_parts[0];
      s = s_sum;
    }
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 1000; thread += 256) {
    const int i = thread;
    y[b * 1000 + i] = e[i] / s;
  }
}
