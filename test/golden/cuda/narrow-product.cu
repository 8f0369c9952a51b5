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
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_load_matrices(unsigned (&to)[2], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];" : "=r"(to[0]), "=r"(to[1]) : "r"((unsigned)__cvta_generic_to_shared(row)) : "memory");
}
__device__ __forceinline__ void einc_load_matrices(unsigned (&to)[4], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]) : "r"((unsigned)__cvta_generic_to_shared(row)) : "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_load_matrices_transposed(unsigned (&to)[2], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];" : "=r"(to[0]), "=r"(to[1]) : "r"((unsigned)__cvta_generic_to_shared(row)) : "memory");
}
__device__ __forceinline__ void einc_load_matrices_transposed(unsigned (&to)[4], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]) : "r"((unsigned)__cvta_generic_to_shared(row)) : "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_mma_m16n8k16_bf16(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
    : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
    : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif
static __device__ __forceinline__ unsigned bits_of(float a) { union { float f; unsigned u; } x = { a }; return x.u; }
static __device__ __forceinline__ float of_bits(unsigned a) { union { unsigned u; float f; } x = { a }; return x.f; }
static __device__ __forceinline__ unsigned short bf16_of_f32(float a) {
  unsigned u = bits_of(a);
  return a != a ? 0x7fc0 : (u + 0x7fff + (u >> 16 & 1)) >> 16;
}
static __device__ __forceinline__ float relu_f32(float a) { return a < 0 ? 0 : a; }
static __device__ __forceinline__ float f32_of_bf16(unsigned short a) { return of_bits((unsigned)a << 16); }

extern "C" __global__ void __launch_bounds__(256, 2) narrow_layer_y(
  const unsigned short *__restrict__ x, const unsigned short *__restrict__ w,
  const unsigned short *__restrict__ bias, unsigned short *__restrict__ y) {
  x = (const unsigned short *)__builtin_assume_aligned(x, 16);
  w = (const unsigned short *)__builtin_assume_aligned(w, 16);
  bias = (const unsigned short *)__builtin_assume_aligned(bias, 16);
  y = (unsigned short *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 16;
  const int o = turn % 16;
  extern __shared__ uint4 shared_memory[];
  float s_tile[64];
  {
    const int turn2 = threadIdx.x;
    const int warp_row = turn2 / 128;
    const int warp_column = turn2 / 32 % 4;
    const int row = turn2 / 4 % 8;
    const int column = turn2 % 4;
    #pragma unroll
    for (int m = 0; m < 4; ++m) {
      #pragma unroll
      for (int half = 0; half < 2; ++half) {
        #pragma unroll
        for (int n = 0; n < 4; ++n) {
          #pragma unroll
          for (int next = 0; next < 2; ++next) {
            s_tile[((m * 4 + n) * 2 + half) * 2 + next] = 0.0f;
          }
        }
      }
    }
  }
  unsigned short *const x_rows_stages = (unsigned short *)&shared_memory[0];
  unsigned short *const w_columns_stages = (unsigned short *)&shared_memory[1920];
  #pragma unroll
  for (int early = 0; early < 2; ++early) {
    unsigned short *const x_rows = &x_rows_stages[early * 5120];
    unsigned short *const w_columns = &w_columns_stages[early * 4352];
    #pragma unroll
    for (int part = 0; part < 2; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int cell = thread / 4;
      const int term = thread % 4;
      einc_copy_async_16(&x_rows[cell * 40 + 8 * term],
          &x[(128 * b + cell) * 512 + 32 * early + 8 * term]);
    }
    #pragma unroll
    for (int part = 0; part < 2; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int term = thread / 16;
      const int cell = thread % 16;
      einc_copy_async_16(&w_columns[term * 136 + 8 * cell],
          &w[(32 * early + term) * 2048 + 128 * o + 8 * cell]);
    }
    einc_copy_async_commit();
  }
  for (int i = 0; i < 16; ++i) {
    einc_copy_async_wait<1>();
    __syncthreads();
    if (i < 14) {
      unsigned short *const x_rows = &x_rows_stages[(i + 2) % 3 * 5120];
      unsigned short *const w_columns = &w_columns_stages[(i + 2) % 3 * 4352];
      #pragma unroll
      for (int part = 0; part < 2; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int cell = thread / 4;
        const int term = thread % 4;
        einc_copy_async_16(&x_rows[cell * 40 + 8 * term],
            &x[(128 * b + cell) * 512 + 32 * i + 8 * term + 64]);
      }
      #pragma unroll
      for (int part = 0; part < 2; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int term = thread / 16;
        const int cell = thread % 16;
        einc_copy_async_16(&w_columns[term * 136 + 8 * cell],
            &w[(32 * i + term + 64) * 2048 + 128 * o + 8 * cell]);
      }
    }
    einc_copy_async_commit();
    const unsigned short *const x_rows = &x_rows_stages[i % 3 * 5120];
    const unsigned short *const w_columns = &w_columns_stages[i % 3 * 4352];
    {
      const int turn2 = threadIdx.x;
      const int warp_row = turn2 / 128;
      const int warp_column = turn2 / 32 % 4;
      const int row = turn2 / 4 % 8;
      const int column = turn2 % 4;
      #pragma unroll
      for (int i_step = 0; i_step < 2; ++i_step) {
        {
          const int lane = threadIdx.x % 32;
          unsigned left[4][4];
          #pragma unroll
          for (int m = 0; m < 4; ++m) {
            einc_load_matrices(left[m],
                &x_rows[(64 * warp_row + 16 * m + lane % 16) * 40 + 16 * i_step + 8 * (lane / 16)]);
          }
          unsigned right[2][4];
          #pragma unroll
          for (int pair = 0; pair < 2; ++pair) {
            einc_load_matrices_transposed(right[pair],
                &w_columns[(16 * i_step + lane % 16) * 136 + 32 * warp_column + 16 * pair + 8 *
                (lane / 16)]);
          }
          #pragma unroll
          for (int m = 0; m < 4; ++m) {
            #pragma unroll
            for (int n = 0; n < 4; ++n) {
              einc_mma_m16n8k16_bf16(*(float (*)[4])&s_tile[((m * 4 + n) * 2) * 2], left[m],
                  *(unsigned (*)[2])&right[n / 2][n % 2 * 2]);
            }
          }
        }
      }
    }
  }
  {
    const int turn2 = threadIdx.x;
    const int warp_row = turn2 / 128;
    const int warp_column = turn2 / 32 % 4;
    const int row = turn2 / 4 % 8;
    const int column = turn2 % 4;
    #pragma unroll
    for (int m = 0; m < 4; ++m) {
      #pragma unroll
      for (int half = 0; half < 2; ++half) {
        #pragma unroll
        for (int n = 0; n < 4; ++n) {
          *(ushort2
              *)&y[(128 * b + 64 * warp_row + row + 16 * m + 8 * half) * 2048 + 128 * o + 32 *
              warp_column + 2 * column + 8 * n] =
              make_ushort2(bf16_of_f32(relu_f32(s_tile[((m * 4 + n) * 2 + half) * 2] +
              f32_of_bf16(bias[128 * o + 32 * warp_column + 2 * column + 8 * n]))),
              bf16_of_f32(relu_f32(s_tile[((m * 4 + n) * 2 + half) * 2 + 1] +
              f32_of_bf16(bias[128 * o + 32 * warp_column + 2 * column + 8 * n + 1]))));
        }
      }
    }
  }
}
