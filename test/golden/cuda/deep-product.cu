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

extern "C" __global__ void __launch_bounds__(256, 2) gradient_of_weights_w_grad_parts(
  const float *__restrict__ x, const float *__restrict__ dy, float *__restrict__ w_grad_parts) {
  x = (const float *)__builtin_assume_aligned(x, 16);
  dy = (const float *)__builtin_assume_aligned(dy, 16);
  w_grad_parts = (float *)__builtin_assume_aligned(w_grad_parts, 16);
  const int turn = blockIdx.x;
  const int b_part = turn / 8;
  const int o = turn / 4 % 2;
  const int i = turn % 4;
  float w_grad_part_tile[16];
  {
    const int turn2 = threadIdx.x;
    const int row = turn2 / 16;
    const int column = turn2 % 16;
    #pragma unroll
    for (int cell = 0; cell < 4; ++cell) {
      #pragma unroll
      for (int cell2 = 0; cell2 < 4; ++cell2) {
        w_grad_part_tile[cell * 4 + cell2] = 0.0f;
      }
    }
  }
  alignas(16) __shared__ float dy_rows_stages[2176];
  alignas(16) __shared__ float x_columns_stages[2176];
  {
    float *const dy_rows = dy_rows_stages;
    float *const x_columns = x_columns_stages;
    {
      const int turn2 = threadIdx.x;
      const int term = turn2 / 16;
      const int cell = turn2 % 16;
      einc_copy_async_16(&dy_rows[term * 68 + 4 * cell],
          &dy[(512 * b_part + term) * 128 + 64 * o + 4 * cell]);
    }
    {
      const int turn2 = threadIdx.x;
      const int term = turn2 / 16;
      const int cell = turn2 % 16;
      einc_copy_async_16(&x_columns[term * 68 + 4 * cell],
          &x[(512 * b_part + term) * 256 + 64 * i + 4 * cell]);
    }
    einc_copy_async_commit();
  }
  for (int b = 0; b < 32; ++b) {
    einc_copy_async_wait<0>();
    __syncthreads();
    if (b < 31) {
      float *const dy_rows = &dy_rows_stages[(b + 1) % 2 * 1088];
      float *const x_columns = &x_columns_stages[(b + 1) % 2 * 1088];
      {
        const int turn2 = threadIdx.x;
        const int term = turn2 / 16;
        const int cell = turn2 % 16;
        einc_copy_async_16(&dy_rows[term * 68 + 4 * cell],
            &dy[(512 * b_part + 16 * b + term + 16) * 128 + 64 * o + 4 * cell]);
      }
      {
        const int turn2 = threadIdx.x;
        const int term = turn2 / 16;
        const int cell = turn2 % 16;
        einc_copy_async_16(&x_columns[term * 68 + 4 * cell],
            &x[(512 * b_part + 16 * b + term + 16) * 256 + 64 * i + 4 * cell]);
      }
      einc_copy_async_commit();
    }
    const float *const dy_rows = &dy_rows_stages[b % 2 * 1088];
    const float *const x_columns = &x_columns_stages[b % 2 * 1088];
    {
      const int turn2 = threadIdx.x;
      const int row = turn2 / 16;
      const int column = turn2 % 16;
      #pragma unroll
      for (int b2 = 0; b2 < 16; ++b2) {
        float dy_rows_own[4];
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          dy_rows_own[cell] = dy_rows[b2 * 68 + 4 * row + cell];
        }
        float x_columns_own[4];
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          x_columns_own[cell] = x_columns[b2 * 68 + 4 * column + cell];
        }
        #pragma unroll
        for (int cell = 0; cell < 4; ++cell) {
          #pragma unroll
          for (int cell2 = 0; cell2 < 4; ++cell2) {
            w_grad_part_tile[cell * 4 + cell2] = fmaf(dy_rows_own[cell], x_columns_own[cell2],
                w_grad_part_tile[cell * 4 + cell2]);
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
      *(float4 *)&w_grad_parts[(b_part * 128 + 64 * o + 4 * row + cell) * 256 + 64 * i + 4 * column]
          = make_float4(w_grad_part_tile[cell * 4], w_grad_part_tile[cell * 4 + 1],
          w_grad_part_tile[cell * 4 + 2], w_grad_part_tile[cell * 4 + 3]);
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) gradient_of_weights_w(
  float *__restrict__ w, float *__restrict__ m, const float *__restrict__ w_grad_parts) {
  const int o = blockIdx.x;
  {
    const int i = threadIdx.x;
    float w_grad = 0.0f;
    for (int b = 0; b < 16; ++b) {
      w_grad += w_grad_parts[(b * 128 + o) * 256 + i];
    }
    m[o * 256 + i] = fmaf(0.9f, m[o * 256 + i], w_grad);
  }
  __syncthreads();
  {
    const int i = threadIdx.x;
    w[o * 256 + i] -= 0.1f * m[o * 256 + i];
  }
}
