extern "C" __global__ void __launch_bounds__(32) mean_of_squares_s(float *__restrict__ s) {
  if (threadIdx.x < 1) {
    s[0] = 0.0f;
  }
}

extern "C" __global__ void __launch_bounds__(64) mean_of_squares_s_rows(
  const float *__restrict__ x, float *__restrict__ s_rows) {
  const int b = blockIdx.x;
  __shared__ float s_row;
  if (threadIdx.x < 1) {
    s_row = 0.0f;
  }
  alignas(16) __shared__ float s_row_parts[64];
  {
    const int t = threadIdx.x;
    float s_row_part = 0.0f;
    for (int i = 0; i < 15; ++i) {
      s_row_part = fmaf(x[b * 1000 + 64 * i + t], x[b * 1000 + 64 * i + t], s_row_part);
    }
    s_row_parts[t] = s_row_part;
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    s_row_parts[t] = fmaf(x[b * 1000 + t + 960], x[b * 1000 + t + 960], s_row_parts[t]);
  }
  if (threadIdx.x < 1) {
    for (int i = 0; i < 8; ++i) {
      s_row = fmaf(x[b * 1000 + i + 992], x[b * 1000 + i + 992], s_row);
    }
  }
  __syncwarp();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    float lane = s_row_parts[t];
    lane += s_row_parts[t + 32];
    float other;
    other = __shfl_down_sync(0xffffffffu, lane, 16);
    lane += other;
    other = __shfl_down_sync(0xffffffffu, lane, 8);
    lane += other;
    other = __shfl_down_sync(0xffffffffu, lane, 4);
    lane += other;
    other = __shfl_down_sync(0xffffffffu, lane, 2);
    lane += other;
    other = __shfl_down_sync(0xffffffffu, lane, 1);
    lane += other;
    if (threadIdx.x == 0) {
      s_row_parts[0] = lane;
      s_row += s_row_parts[0];
      s_rows[b] = s_row;
    }
  }
}

extern "C" __global__ void __launch_bounds__(64) mean_of_squares_y(
  float *__restrict__ y, float *__restrict__ s, const float *__restrict__ s_rows) {
  alignas(16) __shared__ float s_parts[64];
  {
    const int t = threadIdx.x;
    float s_part = 0.0f;
    for (int b = 0; b < 64; ++b) {
      s_part += s_rows[64 * b + t];
    }
    s_parts[t] = s_part;
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    const int t = threadIdx.x;
    float lane2 = s_parts[t];
    lane2 += s_parts[t + 32];
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
      s_parts[0] = lane2;
      s[0] += s_parts[0];
      y[0] = s[0] / 4096000.0f;
    }
  }
}
