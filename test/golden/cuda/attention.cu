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
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_copy_async_16(void *to, const void *from) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from) : "memory");
#else
  *(uint4 *)to = *(const uint4 *)from;
#endif
}
#endif

extern "C" __global__ void __launch_bounds__(256, 2) attention_most(
  const float *__restrict__ q, const float *__restrict__ k2, float *__restrict__ most) {
  q = (const float *)__builtin_assume_aligned(q, 16);
  k2 = (const float *)__builtin_assume_aligned(k2, 16);
  most = (float *)__builtin_assume_aligned(most, 16);
  const int turn = blockIdx.x;
  const int h = turn / 32;
  const int s = turn % 32;
  float one1_tile[16];
  alignas(16) __shared__ float one1_parts[4096];
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        one1_tile[cell * 4 + cell2] = -__int_as_float(0x7f800000);
      }
    }
  }
  for (int t = 0; t < 32; ++t) {
    float one0_tile[16];
    {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 16;
      const int column = turn2 % 16;
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          one0_tile[cell * 4 + cell2] = 0.0f;
        }
      }
    }
    alignas(16) __shared__ float q_rows_stages[2176];
    alignas(16) __shared__ float k_columns_stages[2176];
    {
      float *const q_rows = q_rows_stages;
      float *const k_columns = k_columns_stages;
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&q_rows[(4 * term + lane) * 68 + cell],
              &q[((64 * s + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&k_columns[(4 * term + lane) * 68 + cell],
              &k2[((64 * t + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      einc_copy_async_commit();
    }
    for (int d = 0; d < 4; ++d) {
      einc_copy_async_wait<0>();
      __syncthreads();
      if (d < 3) {
        float *const q_rows = &q_rows_stages[(d + 1) % 2 * 1088];
        float *const k_columns = &k_columns_stages[(d + 1) % 2 * 1088];
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&q_rows[(4 * term + lane) * 68 + cell],
                &q[((64 * s + cell) * 4 + h) * 64 + 16 * d + 4 * term + lane + 16]);
          }
        }
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&k_columns[(4 * term + lane) * 68 + cell],
                &k2[((64 * t + cell) * 4 + h) * 64 + 16 * d + 4 * term + lane + 16]);
          }
        }
        einc_copy_async_commit();
      }
      const float *const q_rows = &q_rows_stages[d % 2 * 1088];
      const float *const k_columns = &k_columns_stages[d % 2 * 1088];
      {
        const int turn2 = threadIdx.x;
        const int row = turn2 / 16;
        const int column = turn2 % 16;
        #pragma unroll
        for (int d2 = 0; d2 < 16; ++d2) {
          float q_rows_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            q_rows_own[cell] = q_rows[d2 * 68 + 4 * row + cell];
          }
          float k_columns_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            k_columns_own[cell] = k_columns[d2 * 68 + 4 * column + cell];
          }
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            #pragma unroll
            for (int cell2 = 0; cell2 < 4; ++cell2) {
              one0_tile[cell * 4 + cell2] = fmaf(q_rows_own[cell], k_columns_own[cell2],
                  one0_tile[cell * 4 + cell2]);
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
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          float scores_cell = one0_tile[cell * 4 + cell2] * 0.25f;
          one1_tile[cell * 4 + cell2] = max_f32(one1_tile[cell * 4 + cell2], scores_cell);
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
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        one1_parts[(4 * column + cell2) * 64 + 4 * row + cell] = one1_tile[cell * 4 + cell2];
      }
    }
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 2048; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 32) * 64 + row]);
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 1024; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 16) * 64 + row]);
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 512; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 8) * 64 + row]);
  }
  __syncthreads();
  {
    const int turn2 = threadIdx.x;
    const int part = turn2 / 64;
    const int row = turn2 % 64;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 4) * 64 + row]);
  }
  __syncthreads();
  if (threadIdx.x < 128) {
    const int turn2 = threadIdx.x;
    const int part = turn2 / 64;
    const int row = turn2 % 64;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 2) * 64 + row]);
  }
  __syncthreads();
  if (threadIdx.x < 64) {
    const int row = threadIdx.x;
    const int part = 0;
    one1_parts[part * 64 + row] = max_f32(one1_parts[part * 64 + row],
        one1_parts[(part + 1) * 64 + row]);
  }
  __syncthreads();
  if (threadIdx.x < 64) {
    const int row = threadIdx.x;
    float one1 = -__int_as_float(0x7f800000);
    one1 = max_f32(one1, one1_parts[row]);
    most[h * 2048 + 64 * s + row] = one1;
  }
}

extern "C" __global__ void __launch_bounds__(256, 2) attention_total(
  const float *__restrict__ q, const float *__restrict__ k2, const float *__restrict__ most,
  float *__restrict__ total) {
  q = (const float *)__builtin_assume_aligned(q, 16);
  k2 = (const float *)__builtin_assume_aligned(k2, 16);
  most = (const float *)__builtin_assume_aligned(most, 16);
  total = (float *)__builtin_assume_aligned(total, 16);
  const int turn = blockIdx.x;
  const int h = turn / 32;
  const int s = turn % 32;
  float one3_tile[16];
  alignas(16) __shared__ float one3_parts[4096];
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        one3_tile[cell * 4 + cell2] = 0.0f;
      }
    }
  }
  for (int t = 0; t < 32; ++t) {
    float one0_tile2[16];
    {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 16;
      const int column = turn2 % 16;
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          one0_tile2[cell * 4 + cell2] = 0.0f;
        }
      }
    }
    alignas(16) __shared__ float q_rows2_stages[2176];
    alignas(16) __shared__ float k_columns2_stages[2176];
    {
      float *const q_rows2 = q_rows2_stages;
      float *const k_columns2 = k_columns2_stages;
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&q_rows2[(4 * term + lane) * 68 + cell],
              &q[((64 * s + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&k_columns2[(4 * term + lane) * 68 + cell],
              &k2[((64 * t + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      einc_copy_async_commit();
    }
    for (int d = 0; d < 4; ++d) {
      einc_copy_async_wait<0>();
      __syncthreads();
      if (d < 3) {
        float *const q_rows2 = &q_rows2_stages[(d + 1) % 2 * 1088];
        float *const k_columns2 = &k_columns2_stages[(d + 1) % 2 * 1088];
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&q_rows2[(4 * term + lane) * 68 + cell],
                &q[((64 * s + cell) * 4 + h) * 64 + 16 * d + 4 * term + lane + 16]);
          }
        }
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&k_columns2[(4 * term + lane) * 68 + cell],
                &k2[((64 * t + cell) * 4 + h) * 64 + 16 * d + 4 * term + lane + 16]);
          }
        }
        einc_copy_async_commit();
      }
      const float *const q_rows2 = &q_rows2_stages[d % 2 * 1088];
      const float *const k_columns2 = &k_columns2_stages[d % 2 * 1088];
      {
        const int turn2 = threadIdx.x;
        const int row = turn2 / 16;
        const int column = turn2 % 16;
        #pragma unroll
        for (int d2 = 0; d2 < 16; ++d2) {
          float q_rows2_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            q_rows2_own[cell] = q_rows2[d2 * 68 + 4 * row + cell];
          }
          float k_columns2_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            k_columns2_own[cell] = k_columns2[d2 * 68 + 4 * column + cell];
          }
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            #pragma unroll
            for (int cell2 = 0; cell2 < 4; ++cell2) {
              one0_tile2[cell * 4 + cell2] = fmaf(q_rows2_own[cell], k_columns2_own[cell2],
                  one0_tile2[cell * 4 + cell2]);
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
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          float scores_cell2 = one0_tile2[cell * 4 + cell2] * 0.25f;
          float e_cell = exp_f32(scores_cell2 - most[h * 2048 + 64 * s + 4 * row + cell]);
          one3_tile[cell * 4 + cell2] += e_cell;
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
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        one3_parts[(4 * column + cell2) * 64 + 4 * row + cell] = one3_tile[cell * 4 + cell2];
      }
    }
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 2048; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one3_parts[part * 64 + row] += one3_parts[(part + 32) * 64 + row];
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 1024; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one3_parts[part * 64 + row] += one3_parts[(part + 16) * 64 + row];
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 512; thread += 256) {
    const int part = thread / 64;
    const int row = thread % 64;
    one3_parts[part * 64 + row] += one3_parts[(part + 8) * 64 + row];
  }
  __syncthreads();
  {
    const int turn2 = threadIdx.x;
    const int part = turn2 / 64;
    const int row = turn2 % 64;
    one3_parts[part * 64 + row] += one3_parts[(part + 4) * 64 + row];
  }
  __syncthreads();
  if (threadIdx.x < 128) {
    const int turn2 = threadIdx.x;
    const int part = turn2 / 64;
    const int row = turn2 % 64;
    one3_parts[part * 64 + row] += one3_parts[(part + 2) * 64 + row];
  }
  __syncthreads();
  if (threadIdx.x < 64) {
    const int row = threadIdx.x;
    const int part = 0;
    one3_parts[part * 64 + row] += one3_parts[(part + 1) * 64 + row];
  }
  __syncthreads();
  if (threadIdx.x < 64) {
    const int row = threadIdx.x;
    float one3 = 0.0f;
    one3 += one3_parts[row];
    total[h * 2048 + 64 * s + row] = one3;
  }
}

extern "C" __global__ void __launch_bounds__(256, 2) attention_y(
  const float *__restrict__ q, const float *__restrict__ k2, const float *__restrict__ v,
  float *__restrict__ y, const float *__restrict__ most, const float *__restrict__ total) {
  q = (const float *)__builtin_assume_aligned(q, 16);
  k2 = (const float *)__builtin_assume_aligned(k2, 16);
  v = (const float *)__builtin_assume_aligned(v, 16);
  y = (float *)__builtin_assume_aligned(y, 16);
  most = (const float *)__builtin_assume_aligned(most, 16);
  total = (const float *)__builtin_assume_aligned(total, 16);
  const int turn = blockIdx.x;
  const int h = turn / 32;
  const int s = turn % 32;
  const int d = 0;
  float one5_tile[16];
  alignas(16) __shared__ float p_tile[4352];
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        one5_tile[cell * 4 + cell2] = 0.0f;
      }
    }
  }
  for (int t = 0; t < 32; ++t) {
    float one0_tile3[16];
    {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 16;
      const int column = turn2 % 16;
      #pragma unroll
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          one0_tile3[cell * 4 + cell2] = 0.0f;
        }
      }
    }
    alignas(16) __shared__ float q_rows3_stages[2176];
    alignas(16) __shared__ float k_columns3_stages[2176];
    {
      float *const q_rows3 = q_rows3_stages;
      float *const k_columns3 = k_columns3_stages;
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&q_rows3[(4 * term + lane) * 68 + cell],
              &q[((64 * s + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      {
        const int turn2 = threadIdx.x;
        const int cell = turn2 / 4;
        const int term = turn2 % 4;
        #pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
          einc_copy_async_4(&k_columns3[(4 * term + lane) * 68 + cell],
              &k2[((64 * t + cell) * 4 + h) * 64 + 4 * term + lane]);
        }
      }
      einc_copy_async_commit();
    }
    for (int d2 = 0; d2 < 4; ++d2) {
      einc_copy_async_wait<0>();
      __syncthreads();
      if (d2 < 3) {
        float *const q_rows3 = &q_rows3_stages[(d2 + 1) % 2 * 1088];
        float *const k_columns3 = &k_columns3_stages[(d2 + 1) % 2 * 1088];
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&q_rows3[(4 * term + lane) * 68 + cell],
                &q[((64 * s + cell) * 4 + h) * 64 + 16 * d2 + 4 * term + lane + 16]);
          }
        }
        {
          const int turn2 = threadIdx.x;
          const int cell = turn2 / 4;
          const int term = turn2 % 4;
          #pragma unroll
          for (int lane = 0; lane < 4; ++lane) {
            einc_copy_async_4(&k_columns3[(4 * term + lane) * 68 + cell],
                &k2[((64 * t + cell) * 4 + h) * 64 + 16 * d2 + 4 * term + lane + 16]);
          }
        }
        einc_copy_async_commit();
      }
      const float *const q_rows3 = &q_rows3_stages[d2 % 2 * 1088];
      const float *const k_columns3 = &k_columns3_stages[d2 % 2 * 1088];
      {
        const int turn2 = threadIdx.x;
        const int row = turn2 / 16;
        const int column = turn2 % 16;
        #pragma unroll
        for (int d3 = 0; d3 < 16; ++d3) {
          float q_rows3_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            q_rows3_own[cell] = q_rows3[d3 * 68 + 4 * row + cell];
          }
          float k_columns3_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            k_columns3_own[cell] = k_columns3[d3 * 68 + 4 * column + cell];
          }
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            #pragma unroll
            for (int cell2 = 0; cell2 < 4; ++cell2) {
              one0_tile3[cell * 4 + cell2] = fmaf(q_rows3_own[cell], k_columns3_own[cell2],
                  one0_tile3[cell * 4 + cell2]);
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
      for (int cell = 0; cell < 4; ++cell) {
        #pragma unroll
        for (int cell2 = 0; cell2 < 4; ++cell2) {
          float scores_cell3 = one0_tile3[cell * 4 + cell2] * 0.25f;
          float e_cell2 = exp_f32(scores_cell3 - most[h * 2048 + 64 * s + 4 * row + cell]);
          float p_cell = e_cell2 / total[h * 2048 + 64 * s + 4 * row + cell];
          p_tile[(4 * column + cell2) * 68 + 4 * row + cell] = p_cell;
        }
      }
    }
    alignas(16) __shared__ float v_columns_stages[2176];
    {
      float *const v_columns = v_columns_stages;
      {
        const int turn2 = threadIdx.x;
        const int term = turn2 / 16;
        const int cell = turn2 % 16;
        einc_copy_async_16(&v_columns[term * 68 + 4 * cell],
            &v[((64 * t + term) * 4 + h) * 64 + 64 * d + 4 * cell]);
      }
      einc_copy_async_commit();
    }
    for (int piece = 0; piece < 4; ++piece) {
      einc_copy_async_wait<0>();
      __syncthreads();
      if (piece < 3) {
        float *const v_columns = &v_columns_stages[(piece + 1) % 2 * 1088];
        {
          const int turn2 = threadIdx.x;
          const int term = turn2 / 16;
          const int cell = turn2 % 16;
          einc_copy_async_16(&v_columns[term * 68 + 4 * cell],
              &v[((64 * t + 16 * piece + term + 16) * 4 + h) * 64 + 64 * d + 4 * cell]);
        }
        einc_copy_async_commit();
      }
      const float *const v_columns = &v_columns_stages[piece % 2 * 1088];
      {
        const int turn2 = threadIdx.x;
        const int row = turn2 / 16;
        const int column = turn2 % 16;
        #pragma unroll
        for (int t2 = 0; t2 < 16; ++t2) {
          float v_columns_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            v_columns_own[cell] = v_columns[t2 * 68 + 4 * column + cell];
          }
          float p_tile_own[4];
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            p_tile_own[cell] = p_tile[(16 * piece + t2) * 68 + 4 * row + cell];
          }
          #pragma unroll
          for (int cell = 0; cell < 4; ++cell) {
            #pragma unroll
            for (int cell2 = 0; cell2 < 4; ++cell2) {
              one5_tile[cell * 4 + cell2] = fmaf(p_tile_own[cell], v_columns_own[cell2],
                  one5_tile[cell * 4 + cell2]);
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
    for (int cell = 0; cell < 4; ++cell) {
      *(float4 *)&y[((64 * s + 4 * row + cell) * 4 + h) * 64 + 64 * d + 4 * column] =
          make_float4(one5_tile[cell * 4], one5_tile[cell * 4 + 1], one5_tile[cell * 4 + 2],
          one5_tile[cell * 4 + 3]);
    }
  }
}
