/** Kernels that are right, each about a few words of CUDA, with what they leave. */
import { cells, type HandWritten } from './support.ts';

export interface Right extends HandWritten {
  readonly given: Readonly<Record<string, readonly number[]>>;
  readonly expected: Readonly<Record<string, readonly number[]>>;
}

const sums = (groups: number, size: number): number[] =>
  cells(groups, g => cells(size, i => g * size + i).reduce((a, b) => a + b, 0));

/** Whole numbers that are exact in f16, bf16 and tf32, and whose products and sums are. */
const factors = {
  a: (rows: number, k: number) => cells(rows * k, i => ((i * 5) % 7) - 3),
  b: (k: number, columns: number) => cells(k * columns, i => ((i * 3) % 5) - 2),
};

/** `a` by rows; `b` by columns, as `mma` takes it. */
function product(a: readonly number[], b: readonly number[], rows: number, k: number): number[] {
  const columns = b.length / k;
  return cells(rows * columns, cell => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return cells(k, i => (a[row * k + i] ?? 0) * (b[column * k + i] ?? 0)).reduce(
      (x, y) => x + y,
      0,
    );
  });
}

export const kernels: readonly Right[] = [
  {
    name: 'places',
    device: 'y: i32[60]',
    grid: [2, 1, 3],
    block: [5, 2, 1],
    text: `extern "C" __global__ void places(int *y) {
  const int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const int thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  y[block * blockDim.x * blockDim.y * blockDim.z + thread] = 100 * block + thread;
}`,
    given: {},
    expected: { y: cells(60, i => 100 * Math.floor(i / 10) + (i % 10)) },
  },
  {
    name: 'sums_of_blocks',
    device: 'x: f32[512], y: f32[2]',
    grid: 2,
    block: 256,
    text: `__device__ __forceinline__ float sum_of_warp(float v) {
  #pragma unroll
  for (int by = 16; by > 0; by >>= 1) v += __shfl_down_sync(0xffffffff, v, by);
  return v;
}
extern "C" __global__ void __launch_bounds__(256) sums_of_blocks(const float *__restrict__ x, float *__restrict__ y) {
  __shared__ float parts[8];
  const float part = sum_of_warp(__ldg(x + blockIdx.x * 256 + threadIdx.x));
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = part;
  __syncthreads();
  if (threadIdx.x >= 32) return;
  const float sum = sum_of_warp(threadIdx.x < 8 ? parts[threadIdx.x] : 0.0f);
  if (threadIdx.x == 0) y[blockIdx.x] = sum;
}`,
    given: { x: cells(512) },
    expected: { y: sums(2, 256) },
  },
  {
    name: 'transposed_tile',
    device: 'x: f32[256], y: f32[256]',
    block: [16, 16, 1],
    text: `extern "C" __global__ void transposed_tile(const float *x, float *y) {
  __shared__ float tile[16][17];
  tile[threadIdx.y][threadIdx.x] = x[threadIdx.y * 16 + threadIdx.x];
  __syncthreads();
  y[threadIdx.y * 16 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];
}`,
    given: { x: cells(256) },
    expected: { y: cells(256, i => (i % 16) * 16 + Math.floor(i / 16)) },
  },
  {
    name: 'dynamic_shared',
    device: 'x: f64[64], y: f64[64]',
    block: 64,
    sharedBytes: 512,
    text: `extern "C" __global__ void dynamic_shared(const double *x, double *y) {
  extern __shared__ double row[];
  row[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = row[63 - threadIdx.x];
}`,
    given: { x: cells(64) },
    expected: { y: cells(64, i => 63 - i) },
  },
  {
    name: 'shuffles',
    device: 'from: i32[32], up: i32[32], down: i32[32], exchanged: i32[32], wide: f64[32]',
    block: 32,
    text: `extern "C" __global__ void shuffles(int *from, int *up, int *down, int *exchanged, double *wide) {
  const int lane = threadIdx.x;
  from[lane] = __shfl_sync(0xffffffff, lane, lane + 3, 8);
  up[lane] = __shfl_up_sync(0xffffffff, lane, 2, 16);
  down[lane] = __shfl_down_sync(0xffffffff, lane, 5, 8);
  exchanged[lane] = __shfl_xor_sync(0xffffffff, lane, 9);
  wide[lane] = lane < 16 ? __shfl_sync(0x0000ffff, lane + 0.5, 7) : __shfl_sync(0xffff0000, lane + 0.25, 20);
}`,
    given: {},
    expected: {
      from: cells(32, i => (i & ~7) + ((i + 3) & 7)),
      up: cells(32, i => (i % 16 < 2 ? i : i - 2)),
      down: cells(32, i => (i % 8 > 2 ? i : i + 5)),
      exchanged: cells(32, i => i ^ 9),
      wide: cells(32, i => (i < 16 ? 7.5 : 20.25)),
    },
  },
  {
    name: 'votes',
    device: 'y: i32[128]',
    block: 32,
    text: `extern "C" __global__ void votes(int *y) {
  const int lane = threadIdx.x;
  y[lane] = (int)__ballot_sync(0xffffffff, lane % 3 == 0);
  y[32 + lane] = __any_sync(0xffffffff, lane == 40) + 2 * __any_sync(0xffffffff, lane == 4);
  y[64 + lane] = __all_sync(0xffffffff, lane < 32) + 2 * __all_sync(0xffffffff, lane < 31);
  y[96 + lane] = __popc(__match_any_sync(0xffffffff, lane / 5));
}`,
    given: {},
    expected: {
      y: [
        ...cells(32, () => cells(32, i => (i % 3 === 0 ? 1 << i : 0)).reduce((a, b) => a | b, 0)),
        ...cells(32, () => 2),
        ...cells(32, () => 1),
        ...cells(32, i => (i < 30 ? 5 : 2)),
      ],
    },
  },
  {
    name: 'one_warp_after_another',
    device: 'x: f32[32], y: f32[32]',
    block: 32,
    text: `extern "C" __global__ void one_warp_after_another(const float *x, float *y) {
  __shared__ float tile[32];
  float sum = 0.0f;
  for (int turn = 0; turn < 3; ++turn) {
    tile[threadIdx.x] = x[threadIdx.x] + turn;
    __syncwarp();
    sum += tile[threadIdx.x ^ 1];
    __syncwarp();
  }
  y[threadIdx.x] = sum;
}`,
    given: { x: cells(32) },
    expected: { y: cells(32, i => 3 * (i ^ 1) + 3) },
  },
  {
    name: 'vectors',
    device: 'x: f32[128], y: f32[128]',
    block: 32,
    text: `extern "C" __global__ void vectors(const float *x, float *y) {
  __shared__ __align__(16) float tile[128];
  *reinterpret_cast<float4 *>(tile + 4 * threadIdx.x) = reinterpret_cast<const float4 *>(x)[threadIdx.x];
  __syncthreads();
  const float4 v = *reinterpret_cast<const float4 *>(tile + 4 * (31 - threadIdx.x));
  reinterpret_cast<float2 *>(y)[2 * threadIdx.x] = make_float2(v.w, v.z);
  reinterpret_cast<float2 *>(y)[2 * threadIdx.x + 1] = make_float2(v.y, v.x);
}`,
    given: { x: cells(128) },
    expected: { y: cells(128, i => 127 - i) },
  },
  {
    name: 'atomics',
    device: 'y: i32[4], z: f32',
    grid: 3,
    block: 40,
    text: `extern "C" __global__ void atomics(int *y, float *z) {
  const int i = blockIdx.x * 40 + threadIdx.x;
  atomicAdd(y, i);
  atomicMax(y + 1, i);
  atomicMin(y + 2, -i);
  atomicCAS(y + 3, 0, 7);
  atomicAdd(z, 0.5f);
}`,
    given: {},
    expected: { y: [(119 * 120) / 2, 119, -119, 7], z: [60] },
  },
  {
    name: 'numbers',
    device: 'x: f32[8], y: f32[8], n: i32[8]',
    block: 8,
    text: `__constant__ float table[4] = {1.0f, 2.0f, 4.0f, 8.0f};
extern "C" __global__ void numbers(const float *x, float *y, int *n) {
  const int i = threadIdx.x;
  y[i] = __fmaf_rn(x[i], x[i], -1.0f) + fmaxf(x[i], 2.0f) + rintf(x[i] + 0.5f) + table[i % 4] + sqrtf(x[i] * x[i]);
  n[i] = __float_as_int(__int_as_float(i << 20)) + __clz(i) + __popc(i) + (int)__umulhi(0x80000000u, i) + __ffs(i) + max(i, 3);
}`,
    given: { x: cells(8, i => i * 0.75) },
    expected: {
      y: cells(8, i => {
        const x = i * 0.75;
        return x * x - 1 + Math.max(x, 2) + halfToEven(x + 0.5) + 2 ** (i % 4) + x;
      }),
      n: cells(8, i => {
        const bits = i.toString(2).replaceAll('0', '').length;
        const lowest = i === 0 ? 0 : 1 + Math.log2(i & -i);
        return (i << 20) + Math.clz32(i) + bits + (i >> 1) + lowest + Math.max(i, 3);
      }),
    },
  },
  {
    name: 'copies',
    device: 'x: f32[96], y: f32[96]',
    block: 8,
    text: `extern "C" __global__ void copies(const float *x, float *y) {
  __shared__ __align__(16) float tiles[2][32];
  const int own = 4 * threadIdx.x;
  einc_copy_async_16(tiles[0] + own, x + own);
  einc_copy_async_commit();
  for (int turn = 0; turn < 3; ++turn) {
    if (turn < 2) einc_copy_async_16_of(tiles[(turn + 1) % 2] + own, x + 32 * (turn + 1) + own, turn == 1 && own >= 16 ? 8 : 16);
    einc_copy_async_commit();
    einc_copy_async_wait<1>();
    __syncthreads();
    for (int i = threadIdx.x; i < 32; i += 8) y[32 * turn + i] = tiles[turn % 2][31 - i];
    __syncthreads();
  }
}`,
    given: { x: cells(96) },
    expected: {
      y: cells(96, i => {
        const from = Math.floor(i / 32) * 32 + 31 - (i % 32);
        return from >= 80 && from % 4 >= 2 ? 0 : from;
      }),
    },
  },
  ...(['f16', 'bf16'] as const).map(type => productOf16Bits(type)),
  {
    name: 'product_tf32',
    device: 'a: f32[16, 8], b: f32[8, 8], c: f32[16, 8]',
    block: 32,
    text: `extern "C" __global__ void product_tf32(const float *a, const float *b, float *c) {
  const int row = threadIdx.x / 4, part = threadIdx.x % 4;
  unsigned x[4], y[2];
  for (int i = 0; i < 4; ++i) x[i] = einc_tf32(a[(row + i % 2 * 8) * 8 + part + i / 2 * 4]);
  for (int i = 0; i < 2; ++i) y[i] = einc_tf32(b[row * 8 + part + i * 4]);
  float sum[4] = {1.0f, 1.0f, 1.0f, 1.0f};
  einc_mma_m16n8k8_tf32(sum, x, y);
  for (int i = 0; i < 4; ++i) c[(row + i / 2 * 8) * 8 + 2 * part + i % 2] = sum[i];
}`,
    given: { a: factors.a(16, 8), b: factors.b(8, 8) },
    expected: { c: product(factors.a(16, 8), factors.b(8, 8), 16, 8).map(sum => sum + 1) },
  },
];

/** Its factors go through shared memory, out of which `ldmatrix` takes them. */
function productOf16Bits(type: 'f16' | 'bf16'): Right {
  const [a, b] = [factors.a(16, 16), factors.b(16, 8)];
  return {
    name: `product_${type}`,
    device: `a: ${type}[16, 16], b: ${type}[8, 16], c: f32[16, 8]`,
    block: 32,
    text: `extern "C" __global__ void product_${type}(const unsigned short *a, const unsigned short *b, float *c) {
  __shared__ __align__(16) unsigned short x[16][16], y[8][16];
  const int lane = threadIdx.x;
  for (int i = lane; i < 256; i += 32) x[i / 16][i % 16] = a[i];
  for (int i = lane; i < 128; i += 32) y[i / 16][i % 16] = b[i];
  __syncwarp();
  unsigned rows[4], columns[2];
  einc_load_matrices(rows, &x[lane % 16][lane / 16 * 8]);
  einc_load_matrices(columns, &y[lane % 8][lane / 8 % 2 * 8]);
  float sum[4] = {};
  einc_mma_m16n8k16_${type}(sum, rows, columns);
  for (int i = 0; i < 4; ++i) c[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = sum[i];
}`,
    given: { a, b },
    expected: { c: product(a, b, 16, 16) },
  };
}

function halfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
