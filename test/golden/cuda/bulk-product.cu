#ifndef EINC_EMULATOR
struct alignas(64) einc_tensor_map { unsigned long long words[16]; };
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_arrival_start(unsigned long long *arrival) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" :: "r"((unsigned)__cvta_generic_to_shared(arrival)) : "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_fence_async() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_arrival_expect(unsigned long long *arrival, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"((unsigned)__cvta_generic_to_shared(arrival)), "r"(bytes) : "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_copy_box_2(void *to, const einc_tensor_map *map, int c0, int c1, unsigned long long *arrival) {
  asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];"
    :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(map), "r"((unsigned)__cvta_generic_to_shared(arrival)), "r"(c0), "r"(c1) : "memory");
}
#endif
#ifndef EINC_EMULATOR
__device__ __forceinline__ void einc_arrival_wait(unsigned long long *arrival, int parity) {
  asm volatile("{\n"
    ".reg .pred p;\n"
    ".reg .u32 tries;\n"
    "mov.u32 tries, 0;\n"
    "waiting:\n"
    "mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
    "@p bra over;\n"
    "add.u32 tries, tries, 1;\n"
    "setp.lt.u32 p, tries, 16777216;\n"
    "@p bra waiting;\n"
    "trap;\n"
    "over:\n"
    "}" :: "r"((unsigned)__cvta_generic_to_shared(arrival)), "r"(parity) : "memory");
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
static __device__ __forceinline__ int einc_swizzled(int cell) { return cell ^ (cell >> 3 & 56); }
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

extern "C" __global__ void __launch_bounds__(256, 1) bulk_layer_y(
  const __grid_constant__ einc_tensor_map x_boxes, const __grid_constant__ einc_tensor_map w_boxes,
  const unsigned short *__restrict__ bias, unsigned short *__restrict__ y) {
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
  alignas(8) __shared__ unsigned long long arrived[4];
  if (threadIdx.x == 0) {
    for (int i = 0; i < 4; ++i) einc_arrival_start(&arrived[i]);
    einc_fence_async();
  }
  __syncthreads();
  #pragma unroll
  for (int early = 0; early < 2; ++early) {
    unsigned short *const x_rows = &x_rows_stages[early * 8192];
    unsigned short *const w_columns = &w_columns_stages[early * 4096];
    if (threadIdx.x == 0) {
      einc_arrival_expect(&arrived[early], 24576);
      einc_copy_box_2(x_rows, &x_boxes, 64 * early, 128 * b, &arrived[early]);
      einc_copy_box_2(w_columns, &w_boxes, 64 * o, 64 * early, &arrived[early]);
    }
  }
  for (int i = 0; i < 8; ++i) {
    einc_arrival_wait(&arrived[i % 4], i / 4 % 2);
    __syncthreads();
    if (i < 6) {
      unsigned short *const x_rows = &x_rows_stages[(i + 2) % 4 * 8192];
      unsigned short *const w_columns = &w_columns_stages[(i + 2) % 4 * 4096];
      if (threadIdx.x == 0) {
        einc_arrival_expect(&arrived[(i + 2) % 4], 24576);
        einc_copy_box_2(x_rows, &x_boxes, 64 * i + 128, 128 * b, &arrived[(i + 2) % 4]);
        einc_copy_box_2(w_columns, &w_boxes, 64 * o, 64 * i + 128, &arrived[(i + 2) % 4]);
      }
    }
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
