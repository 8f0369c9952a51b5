#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_copy_async_4(void *to, const void *from) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from) : "memory");
#else
  *(unsigned *)to = *(const unsigned *)from;
#endif
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_copy_async_16(void *to, const void *from) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from) : "memory");
#else
  *(uint4 *)to = *(const uint4 *)from;
#endif
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_copy_async_commit() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
#endif
#ifndef EINC_EMULATOR
template <int groups>
__device__ __forceinline__ void einc_copy_async_wait() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" :: "n"(groups) : "memory");
#endif
}
#endif
static __device__ __forceinline__ float relu_f32(float a) { return a < 0 ? 0 : a; }

extern "C" __global__ void __launch_bounds__(256, 2) layer_y(
  const float *__restrict__ x, const float *__restrict__ w, const float *__restrict__ bias,
  float *__restrict__ y) {
  x = (const float *)__builtin_assume_aligned(x, 16);
  w = (const float *)__builtin_assume_aligned(w, 16);
  bias = (const float *)__builtin_assume_aligned(bias, 16);
  y = (float *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 16;
  const int o = turn % 16;
  float s_tile[64];
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
  alignas(16) __shared__ float x_rows_stages[4224];
  alignas(16) __shared__ float w_columns_stages[4224];
  {
    float *const x_rows = x_rows_stages;
    float *const w_columns = w_columns_stages;
    #pragma unroll
    for (int part = 0; part < 2; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int cell = thread / 4;
      const int term = thread % 4;
      #pragma unroll
      for (int lane = 0; lane < 4; ++lane) {
        einc_copy_async_4(&x_rows[(4 * term + lane) * 132 + cell],
            &x[(128 * b + cell) * 784 + 4 * term + lane]);
      }
    }
    #pragma unroll
    for (int part = 0; part < 2; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int term = thread / 32;
      const int cell = thread % 32;
      einc_copy_async_16(&w_columns[term * 132 + 4 * cell], &w[term * 2048 + 128 * o + 4 * cell]);
    }
    einc_copy_async_commit();
  }
  for (int i = 0; i < 49; ++i) {
    einc_copy_async_wait<0>();
    __syncthreads();
    if (i < 48) {
      float *const x_rows = &x_rows_stages[(i + 1) % 2 * 2112];
      float *const w_columns = &w_columns_stages[(i + 1) % 2 * 2112];
      #pragma unroll
      for (int part = 0; part < 2; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int cell = thread / 4;
        const int term = thread % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&x_rows[(4 * term + lane) * 132 + cell],
              &x[(128 * b + cell) * 784 + 16 * i + 4 * term + lane + 16]);
        }
      }
      #pragma unroll
      for (int part = 0; part < 2; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int term = thread / 32;
        const int cell = thread % 32;
        einc_copy_async_16(&w_columns[term * 132 + 4 * cell],
            &w[(16 * i + term + 16) * 2048 + 128 * o + 4 * cell]);
      }
      einc_copy_async_commit();
    }
    const float *const x_rows = &x_rows_stages[i % 2 * 2112];
    const float *const w_columns = &w_columns_stages[i % 2 * 2112];
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
          *(float4
              *)&y[(128 * b + 4 * row + 64 * group + cell) * 2048 + 128 * o + 4 * column + 64 *
              group2] = make_float4(relu_f32(s_tile[(4 * group + cell) * 8 + 4 * group2] +
              bias[128 * o + 4 * column + 64 * group2]),
              relu_f32(s_tile[(4 * group + cell) * 8 + 4 * group2 + 1] +
              bias[128 * o + 4 * column + 64 * group2 + 1]),
              relu_f32(s_tile[(4 * group + cell) * 8 + 4 * group2 + 2] +
              bias[128 * o + 4 * column + 64 * group2 + 2]),
              relu_f32(s_tile[(4 * group + cell) * 8 + 4 * group2 + 3] +
              bias[128 * o + 4 * column + 64 * group2 + 3]));
        }
      }
    }
  }
}
