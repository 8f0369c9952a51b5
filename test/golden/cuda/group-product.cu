static __device__ __forceinline__ int einc_swizzled(int cell) { return cell ^ (cell >> 3 & 56); }
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
__device__ __forceinline__ void einc_fence_async() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
#endif
#ifndef EINC_EMULATOR
template <int count>
__device__ __forceinline__ void einc_group_fence(float (&c)[count]) {
  #pragma unroll
  for (int i = 0; i < count; ++i) asm volatile("" : "+f"(c[i]) :: "memory");
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
#endif
#ifndef EINC_EMULATOR
template <int a_is_transposed, int b_is_transposed>
__device__ __forceinline__ void einc_group_mma_m64n64k16_bf16(float (&c)[32], unsigned long long a, unsigned long long b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, %32, %33, 1, 1, 1, %34, %35;"
    : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]), "+f"(c[4]), "+f"(c[5]), "+f"(c[6]), "+f"(c[7]), "+f"(c[8]), "+f"(c[9]), "+f"(c[10]), "+f"(c[11]), "+f"(c[12]), "+f"(c[13]), "+f"(c[14]), "+f"(c[15]), "+f"(c[16]), "+f"(c[17]), "+f"(c[18]), "+f"(c[19]), "+f"(c[20]), "+f"(c[21]), "+f"(c[22]), "+f"(c[23]), "+f"(c[24]), "+f"(c[25]), "+f"(c[26]), "+f"(c[27]), "+f"(c[28]), "+f"(c[29]), "+f"(c[30]), "+f"(c[31])
    : "l"(a), "l"(b), "n"(a_is_transposed), "n"(b_is_transposed));
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ unsigned einc_shared_address(const void *place) {
  return (unsigned)__cvta_generic_to_shared(place);
}
#endif
static __device__ __forceinline__ unsigned long long einc_matrix_descriptor(const void *start, unsigned leading, unsigned stride) {
  const unsigned long long address = einc_shared_address(start);
  return 1ull << 62 | (unsigned long long)(stride >> 4) << 32 | (unsigned long long)(leading >> 4) << 16 | (address & 0x3ffff) >> 4;
}
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_group_commit() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
#endif
#ifndef EINC_EMULATOR
template <int groups, int count>
__device__ __forceinline__ void einc_group_wait(float (&c)[count]) {
  asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(groups) : "memory");
  #pragma unroll
  for (int i = 0; i < count; ++i) asm volatile("" : "+f"(c[i]) :: "memory");
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

extern "C" __global__ void __launch_bounds__(256, 1) group_layer_y(
  const unsigned short *__restrict__ x, const unsigned short *__restrict__ w,
  const unsigned short *__restrict__ bias, unsigned short *__restrict__ y) {
  x = (const unsigned short *)__builtin_assume_aligned(x, 16);
  w = (const unsigned short *)__builtin_assume_aligned(w, 16);
  bias = (const unsigned short *)__builtin_assume_aligned(bias, 16);
  y = (unsigned short *)__builtin_assume_aligned(y, 16);
  const int turn = blockIdx.x;
  const int b = turn / 16;
  const int o = turn % 16;
  extern __shared__ __align__(1024) uint4 shared_memory[];
  float s_tile[32];
  {
    const int turn2 = threadIdx.x;
    const int group_row = turn2 / 128;
    const int warp = turn2 / 32 % 4;
    const int row = turn2 / 4 % 8;
    const int column = turn2 % 4;
    const int group_column = 0;
    #pragma unroll 1
    for (int m = 0; m < 1; ++m) {
      #pragma unroll
      for (int half = 0; half < 2; ++half) {
        #pragma unroll 1
        for (int n = 0; n < 1; ++n) {
          #pragma unroll
          for (int piece = 0; piece < 8; ++piece) {
            #pragma unroll
            for (int next = 0; next < 2; ++next) {
              s_tile[((m * 8 + piece) * 2 + half) * 2 + next] = 0.0f;
            }
          }
        }
      }
    }
  }
  unsigned short *const x_rows_stages = (unsigned short *)&shared_memory[0];
  unsigned short *const w_columns_stages = (unsigned short *)&shared_memory[4096];
  #pragma unroll
  for (int early = 0; early < 2; ++early) {
    unsigned short *const x_rows = &x_rows_stages[early * 8192];
    unsigned short *const w_columns = &w_columns_stages[early * 4096];
    #pragma unroll
    for (int part = 0; part < 4; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int cell = thread / 8;
      const int term = thread % 8;
      einc_copy_async_16(&x_rows[einc_swizzled(cell * 64 + 8 * term)],
          &x[(128 * b + cell) * 512 + 64 * early + 8 * term]);
    }
    #pragma unroll
    for (int part = 0; part < 2; ++part) {
      const int thread = threadIdx.x + 256 * part;
      const int term = thread / 8;
      const int cell = thread % 8;
      const int row = 0;
      if (64 * o + 64 * row + 8 * cell < 1000) {
        einc_copy_async_16(&w_columns[einc_swizzled((row * 64 + term) * 64 + 8 * cell)],
            &w[(64 * early + term) * 1000 + 64 * o + 64 * row + 8 * cell]);
      }
      if (-64 * o + -64 * row + -8 * cell < -999) {
        *(uint4 *)&w_columns[einc_swizzled((row * 64 + term) * 64 + 8 * cell)] = make_uint4(0, 0, 0,
            0);
      }
    }
    einc_copy_async_commit();
  }
  for (int i = 0; i < 8; ++i) {
    einc_copy_async_wait<1>();
    einc_fence_async();
    __syncthreads();
    if (i < 6) {
      unsigned short *const x_rows = &x_rows_stages[(i + 2) % 4 * 8192];
      unsigned short *const w_columns = &w_columns_stages[(i + 2) % 4 * 4096];
      #pragma unroll
      for (int part = 0; part < 4; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int cell = thread / 8;
        const int term = thread % 8;
        einc_copy_async_16(&x_rows[einc_swizzled(cell * 64 + 8 * term)],
            &x[(128 * b + cell) * 512 + 64 * i + 8 * term + 128]);
      }
      #pragma unroll
      for (int part = 0; part < 2; ++part) {
        const int thread = threadIdx.x + 256 * part;
        const int term = thread / 8;
        const int cell = thread % 8;
        const int row = 0;
        if (64 * o + 64 * row + 8 * cell < 1000) {
          einc_copy_async_16(&w_columns[einc_swizzled((row * 64 + term) * 64 + 8 * cell)],
              &w[(64 * i + term + 128) * 1000 + 64 * o + 64 * row + 8 * cell]);
        }
        if (-64 * o + -64 * row + -8 * cell < -999) {
          *(uint4 *)&w_columns[einc_swizzled((row * 64 + term) * 64 + 8 * cell)] = make_uint4(0, 0,
              0, 0);
        }
      }
    }
    einc_copy_async_commit();
    const unsigned short *const x_rows = &x_rows_stages[i % 4 * 8192];
    const unsigned short *const w_columns = &w_columns_stages[i % 4 * 4096];
    {
      const int turn2 = threadIdx.x;
      const int group_row = __shfl_sync(0xffffffffu, turn2 / 128, 0);
      const int warp = turn2 / 32 % 4;
      const int row = turn2 / 4 % 8;
      const int column = turn2 % 4;
      const int group_column = 0;
      einc_group_fence(s_tile);
      #pragma unroll
      for (int i_step = 0; i_step < 4; ++i_step) {
        einc_group_mma_m64n64k16_bf16<0, 1>(*(float (*)[32])&s_tile[0],
            einc_matrix_descriptor(&x_rows[einc_swizzled((64 * group_row) * 64 + 16 * i_step)], 0,
            1024),
            einc_matrix_descriptor(&w_columns[einc_swizzled((group_column * 64 + 16 * i_step) *
            64)], 8192, 1024));
      }
      einc_group_commit();
      einc_group_wait<1>(s_tile);
    }
  }
  einc_group_wait<0>(s_tile);
  {
    const int turn2 = threadIdx.x;
    const int group_row = turn2 / 128;
    const int warp = turn2 / 32 % 4;
    const int row = turn2 / 4 % 8;
    const int column = turn2 % 4;
    const int group_column = 0;
    #pragma unroll 1
    for (int m = 0; m < 1; ++m) {
      #pragma unroll
      for (int half = 0; half < 2; ++half) {
        #pragma unroll 1
        for (int n = 0; n < 1; ++n) {
          #pragma unroll
          for (int piece = 0; piece < 8; ++piece) {
            if (64 * o + 64 * group_column + 2 * column + 64 * n + 8 * piece < 1000) {
              *(ushort2
                  *)&y[(128 * b + 64 * group_row + 16 * warp + row + 64 * m + 8 * half) * 1000 + 64
                  * o + 64 * group_column + 2 * column + 64 * n + 8 * piece] =
                  make_ushort2(bf16_of_f32(relu_f32(s_tile[((m * 8 + piece) * 2 + half) * 2] +
                  f32_of_bf16(bias[64 * o + 64 * group_column + 2 * column + 64 * n + 8 * piece]))),
                  bf16_of_f32(relu_f32(s_tile[((m * 8 + piece) * 2 + half) * 2 + 1] +
                  f32_of_bf16(bias[64 * o + 64 * group_column + 2 * column + 64 * n + 8 * piece +
                  1]))));
            }
          }
        }
      }
    }
  }
}
