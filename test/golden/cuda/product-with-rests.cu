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
static __device__ __forceinline__ unsigned bits_of(float a) { union { float f; unsigned u; } x = { a }; return x.u; }
static __device__ __forceinline__ float of_bits(unsigned a) { union { unsigned u; float f; } x = { a }; return x.f; }
static __device__ __forceinline__ float f32_of_bf16(unsigned short a) { return of_bits((unsigned)a << 16); }

extern "C" __global__ void __launch_bounds__(64, 8) uneven_layer_y(
  const unsigned short *__restrict__ x, const float *__restrict__ w, float *__restrict__ y) {
  x = (const unsigned short *)__builtin_assume_aligned(x, 16);
  w = (const float *)__builtin_assume_aligned(w, 16);
  y = (float *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 12;
  const int o = turn % 12;
  float y_sum_tile[16];
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
  alignas(16) __shared__ unsigned short x_rows_stages[1344];
  alignas(16) __shared__ float w_columns_stages[1536];
  #pragma unroll
  for (int early = 0; early < 2; ++early) {
    unsigned short *const x_rows = &x_rows_stages[early * 448];
    float *const w_columns = &w_columns_stages[early * 512];
    if (threadIdx.x < 40) {
      const int turn2 = threadIdx.x;
      const int cell = turn2 / 2;
      const int term = turn2 % 2;
      #pragma unroll
      for (int lane = 0; lane < 8; ++lane) {
        x_rows[(8 * term + lane) * 28 + cell] =
            x[(20 * b + cell) * 50 + 16 * early + 8 * term + lane];
      }
    }
    for (int thread = threadIdx.x; thread < 112; thread += 64) {
      const int cell = thread / 4;
      const int term = thread % 4;
      if (28 * o + cell < 333) {
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&w_columns[(4 * term + lane) * 32 + cell],
              &w[(28 * o + cell) * 50 + 16 * early + 4 * term + lane]);
        }
      }
      if (-28 * o + -1 * cell < -332) {
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          w_columns[(4 * term + lane) * 32 + cell] = 0.0f;
        }
      }
    }
    einc_copy_async_commit();
  }
  for (int i = 0; i < 3; ++i) {
    einc_copy_async_wait<1>();
    __syncthreads();
    if (i < 1) {
      unsigned short *const x_rows = &x_rows_stages[(i + 2) % 3 * 448];
      float *const w_columns = &w_columns_stages[(i + 2) % 3 * 512];
      if (threadIdx.x < 40) {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 2;
        const int term = turn2 % 2;
        #pragma unroll
        for (int lane = 0; lane < 8; ++lane) {
          x_rows[(8 * term + lane) * 28 + cell] =
              x[(20 * b + cell) * 50 + 16 * i + 8 * term + lane + 32];
        }
      }
      for (int thread = threadIdx.x; thread < 112; thread += 64) {
        const int cell = thread / 4;
        const int term = thread % 4;
        if (28 * o + cell < 333) {
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&w_columns[(4 * term + lane) * 32 + cell],
                &w[(28 * o + cell) * 50 + 16 * i + 4 * term + lane + 32]);
          }
        }
        if (-28 * o + -1 * cell < -332) {
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            w_columns[(4 * term + lane) * 32 + cell] = 0.0f;
          }
        }
      }
    }
    einc_copy_async_commit();
    const unsigned short *const x_rows = &x_rows_stages[i % 3 * 448];
    const float *const w_columns = &w_columns_stages[i % 3 * 512];
    if (threadIdx.x < 35) {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 7;
      const int column = turn2 % 7;
      #pragma unroll
      for (int i2 = 0; i2 < 16; ++i2) {
        unsigned short x_rows_own[4];
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          x_rows_own[cell] = x_rows[i2 * 28 + 4 * row + cell];
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
  }
  alignas(16) __shared__ unsigned short x_rows2[56];
  alignas(16) __shared__ float w_columns2[64];
  if (threadIdx.x < 20) {
    const int cell = threadIdx.x;
    const int term = 0;
    #pragma unroll
    for (int lane = 0; lane < 2; ++lane) {
      x_rows2[(2 * term + lane) * 28 + cell] = x[(20 * b + cell) * 50 + 2 * term + lane + 48];
    }
  }
  if (threadIdx.x < 28) {
    const int cell = threadIdx.x;
    const int term = 0;
    if (28 * o + cell < 333) {
      #pragma unroll
      for (int lane = 0; lane < 2; ++lane) {
        w_columns2[(2 * term + lane) * 32 + cell] = w[(28 * o + cell) * 50 + 2 * term + lane + 48];
      }
    } else {
      #pragma unroll
      for (int lane = 0; lane < 2; ++lane) {
        w_columns2[(2 * term + lane) * 32 + cell] = 0.0f;
      }
    }
  }
  __syncthreads();
  if (threadIdx.x < 35) {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 7;
    const int column = turn2 % 7;
    #pragma unroll
    for (int i = 0; i < 2; ++i) {
      unsigned short x_rows2_own[4];
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        x_rows2_own[cell] = x_rows2[i * 28 + 4 * row + cell];
      }
      float w_columns2_own[4];
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        w_columns2_own[cell] = w_columns2[i * 32 + 4 * column + cell];
      }
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          y_sum_tile[cell * 4 + cell2] = fmaf(f32_of_bf16(x_rows2_own[cell]), w_columns2_own[cell2],
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
