static __device__ __forceinline__ float relu_f32(float a) { return a < 0 ? 0 : a; }

extern "C" __global__ void __launch_bounds__(256, 2) layer_y(
  const float *__restrict__ x,
  const float *__restrict__ w,
  const float *__restrict__ bias,
  float *__restrict__ y) {
  x = (const float *)__builtin_assume_aligned(x, 16);
  w = (const float *)__builtin_assume_aligned(w, 16);
  bias = (const float *)__builtin_assume_aligned(bias, 16);
  y = (float *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 16;
  const int o = turn % 16;
  float s_tile[64];
  alignas(16) __shared__ float x_rows[2112];
  alignas(16) __shared__ float w_columns[2112];
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int group = 0; group < 2; ++group) {
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int group2 = 0; group2 < 2; ++group2) {
          #pragma unroll
          for (int cell2 = 0; cell2 < 4; ++cell2) {
            s_tile[(4 * group + cell) * 8 + 4 * group2 + cell2] = 0.0f;
          }
        }
      }
    }
  }
  for (int i = 0; i < 49; ++i) {
    for (int thread = threadIdx.x; thread < 512; thread += 256) {
      const int cell = thread / 4;
      const int term = thread % 4;
      #pragma unroll
      for (int lane = 0; lane < 4; ++lane) {
        x_rows[(4 * term + lane) * 132 + cell] =
            x[(128 * b + cell) * 784 + 16 * i + 4 * term + lane];
      }
    }
    for (int thread = threadIdx.x; thread < 512; thread += 256) {
      const int term = thread / 32;
      const int cell = thread % 32;
      #pragma unroll
      for (int lane = 0; lane < 4; ++lane) {
        w_columns[term * 132 + 4 * cell + lane] =
            w[(16 * i + term) * 2048 + 128 * o + 4 * cell + lane];
      }
    }
    __syncthreads();
    {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 16;
      const int column = turn2 % 16;
      #pragma unroll
      for (int i2 = 0; i2 < 16; ++i2) {
        float x_rows_own[8];
        #pragma unroll
        for (int group = 0; group < 2; ++group) {
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            x_rows_own[4 * group + cell] = x_rows[i2 * 132 + 4 * row + 64 * group + cell];
          }
        }
        float w_columns_own[8];
        #pragma unroll
        for (int group = 0; group < 2; ++group) {
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            w_columns_own[4 * group + cell] = w_columns[i2 * 132 + 4 * column + 64 * group + cell];
          }
        }
        #pragma unroll
        for (int group = 0; group < 2; ++group) {
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            #pragma unroll
            for (int group2 = 0; group2 < 2; ++group2) {
              #pragma unroll
              for (int cell2 = 0; cell2 < 4; ++cell2) {
                s_tile[(4 * group + cell) * 8 + 4 * group2 + cell2] =
                    fmaf(x_rows_own[4 * group + cell], w_columns_own[4 * group2 + cell2],
                    s_tile[(4 * group + cell) * 8 + 4 * group2 + cell2]);
              }
            }
          }
        }
      }
    }
    __syncthreads();
  }
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int group = 0; group < 2; ++group) {
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int group2 = 0; group2 < 2; ++group2) {
          #pragma unroll
          for (int cell2 = 0; cell2 < 4; ++cell2) {
            y[(128 * b + 4 * row + 64 * group + cell) * 2048 + 128 * o + 4 * column + 64 * group2 +
                cell2] = relu_f32(s_tile[(4 * group + cell) * 8 + 4 * group2 + cell2] +
                bias[128 * o + 4 * column + 64 * group2 + cell2]);
          }
        }
      }
    }
  }
}
