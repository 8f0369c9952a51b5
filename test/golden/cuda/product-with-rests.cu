static __device__ __forceinline__ unsigned bits_of(float a) { union { float f; unsigned u; } x = { a }; return x.u; }
static __device__ __forceinline__ float of_bits(unsigned a) { union { unsigned u; float f; } x = { a }; return x.f; }
static __device__ __forceinline__ float f32_of_bf16(unsigned short a) { return of_bits((unsigned)a << 16); }

extern "C" __global__ void __launch_bounds__(64, 8) uneven_layer_y(
  const unsigned short *__restrict__ x,
  const float *__restrict__ w,
  float *__restrict__ y) {
  x = (const unsigned short *)__builtin_assume_aligned(x, 16);
  w = (const float *)__builtin_assume_aligned(w, 16);
  y = (float *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 12;
  const int o = turn % 12;
  float y_sum_tile[16];
  alignas(16) __shared__ unsigned short x_rows[384];
  alignas(16) __shared__ float w_columns[512];
  if (threadIdx.x < 35) {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 7;
    const int column = turn2 % 7;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        y_sum_tile[cell * 4 + cell2] = 0.0f;
      }
    }
  }
  for (int i = 0; i < 3; ++i) {
    for (int thread = threadIdx.x; thread < 80; thread += 64) {
      const int cell = thread / 4;
      const int term = thread % 4;
      #pragma unroll
      for (int lane = 0; lane < 4; ++lane) {
        x_rows[(4 * term + lane) * 24 + cell] = x[(20 * b + cell) * 50 + 16 * i + 4 * term + lane];
      }
    }
    for (int thread = threadIdx.x; thread < 112; thread += 64) {
      const int cell = thread / 4;
      const int term = thread % 4;
      #pragma unroll
      for (int lane = 0; lane < 4; ++lane) {
        w_columns[(4 * term + lane) * 32 + cell] = 0.0f;
      }
      if (28 * o + cell < 333) {
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          w_columns[(4 * term + lane) * 32 + cell] =
              w[(28 * o + cell) * 50 + 16 * i + 4 * term + lane];
        }
      }
    }
    __syncthreads();
    if (threadIdx.x < 35) {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 7;
      const int column = turn2 % 7;
      #pragma unroll
      for (int i2 = 0; i2 < 16; ++i2) {
        unsigned short x_rows_own[4];
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          x_rows_own[cell] = x_rows[i2 * 24 + 4 * row + cell];
        }
        float w_columns_own[4];
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          w_columns_own[cell] = w_columns[i2 * 32 + 4 * column + cell];
        }
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          #pragma unroll
          for (int cell2 = 0; cell2 < 4; ++cell2) {
            y_sum_tile[cell * 4 + cell2] = fmaf(f32_of_bf16(x_rows_own[cell]), w_columns_own[cell2],
                y_sum_tile[cell * 4 + cell2]);
          }
        }
      }
    }
    __syncthreads();
  }
  if (threadIdx.x < 40) {
    const int turn2 = threadIdx.x;
    const int term = turn2 / 20;
    const int cell = turn2 % 20;
    x_rows[term * 24 + cell] = x[(20 * b + cell) * 50 + term + 48];
  }
  if (threadIdx.x < 56) {
    const int turn2 = threadIdx.x;
    const int term = turn2 / 28;
    const int cell = turn2 % 28;
    w_columns[term * 32 + cell] = 0.0f;
    if (28 * o + cell < 333) {
      w_columns[term * 32 + cell] = w[(28 * o + cell) * 50 + term + 48];
    }
  }
  __syncthreads();
  if (threadIdx.x < 35) {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 7;
    const int column = turn2 % 7;
    #pragma unroll
    for (int i = 0; i < 2; ++i) {
      unsigned short x_rows_own2[4];
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        x_rows_own2[cell] = x_rows[i * 24 + 4 * row + cell];
      }
      float w_columns_own2[4];
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        w_columns_own2[cell] = w_columns[i * 32 + 4 * column + cell];
      }
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          y_sum_tile[cell * 4 + cell2] = fmaf(f32_of_bf16(x_rows_own2[cell]), w_columns_own2[cell2],
              y_sum_tile[cell * 4 + cell2]);
        }
      }
    }
  }
  if (threadIdx.x < 35) {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 7;
    const int column = turn2 % 7;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        if (28 * o + 4 * column + cell2 < 333) {
          y[(20 * b + 4 * row + cell) * 333 + 28 * o + 4 * column + cell2] =
              y_sum_tile[cell * 4 + cell2];
        }
      }
    }
  }
}
