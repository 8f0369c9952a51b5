/** What `compute-sanitizer` would find on a GPU, found here: each kernel is wrong in one way. */
import { beforeEach, expect, test } from 'vitest';
import { BackendError } from '../../../compiler/index.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { type Arrays, cells, compileByHand, type HandWritten } from './support.ts';

function wrong(
  name: string,
  shape: Omit<HandWritten, 'name' | 'text' | 'device'>,
  body: string,
  device = 'x: f32[64], y: f32[64]',
): HandWritten {
  const text = `extern "C" __global__ void ${name}(float *x, float *y) {\n${body}\n}`;
  return { name, text, device, ...shape };
}

const kernels = [
  wrong(
    'half_of_a_barrier',
    { grid: 2, block: 32 },
    `  __shared__ float tile[32];
  if (threadIdx.x < 16) {
    tile[threadIdx.x] = 1.0f;
    __syncthreads();
  }`,
  ),
  wrong(
    'two_barriers',
    { block: [8, 4, 1] },
    `  if (threadIdx.y == 0) {
    __syncthreads();
  } else {
    __syncthreads();
  }`,
  ),
  wrong(
    'lane_elsewhere',
    { block: 32 },
    `  float v = x[threadIdx.x];
  if (threadIdx.x != 5) v = __shfl_xor_sync(0xffffffff, v, 1);
  else __syncthreads();
  y[threadIdx.x] = v;`,
  ),
  wrong(
    'lane_left_out',
    { block: 32 },
    `  y[threadIdx.x] = __shfl_sync(0x0000ffff, x[threadIdx.x], 0);`,
  ),
  wrong(
    'store_behind_the_end',
    { block: 32 },
    `  __shared__ float before[5];
  __shared__ float tile[33];
  __shared__ float after[7];
  if (threadIdx.x == 0) before[0] = after[0] = 0.0f;
  __syncthreads();
  tile[threadIdx.x + 2] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[32 - threadIdx.x] + before[0] + after[0];`,
  ),
  wrong(
    'load_not_asked_for',
    { block: 32, sharedBytes: 128 },
    `  extern __shared__ float tile[];
  tile[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x + 1];`,
  ),
  wrong(
    'load_before_the_beginning',
    { grid: 2, block: 32 },
    `  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = x[i - 1];`,
  ),
  wrong(
    'vector_behind_the_end',
    { block: 32 },
    `  const float4 v = *reinterpret_cast<const float4 *>(x + 4 * threadIdx.x);
  *reinterpret_cast<float4 *>(y + 4 * threadIdx.x) = v;`,
    'x: f32[126], y: f32[128]',
  ),
  wrong(
    'never_written',
    { block: 32 },
    `  __shared__ float tile[8][4];
  if (threadIdx.x < 31) tile[threadIdx.x / 4][threadIdx.x % 4] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x / 4][threadIdx.x % 4];`,
  ),
  wrong(
    'left_by_another_block',
    { grid: 2, block: 32 },
    `  __shared__ float tile[32];
  if (blockIdx.x == 0) tile[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[blockIdx.x * 32 + threadIdx.x] = tile[threadIdx.x];`,
  ),
  wrong(
    'load_at_once',
    { block: 32 },
    `  __shared__ float tile[32];
  tile[threadIdx.x] = x[threadIdx.x];
  y[threadIdx.x] = tile[threadIdx.x ^ 1];`,
  ),
  wrong(
    'filled_again',
    { block: 64 },
    `  __shared__ float tile[64];
  float sum = 0.0f;
  for (int turn = 0; turn < 2; ++turn) {
    tile[threadIdx.x] = x[threadIdx.x] + turn;
    __syncthreads();
    sum += tile[63 - threadIdx.x];
  }
  y[threadIdx.x] = sum;`,
  ),
  wrong(
    'shuffled_only',
    { block: 32 },
    `  __shared__ float tile[32];
  tile[threadIdx.x] = x[threadIdx.x];
  const float v = __shfl_xor_sync(0xffffffff, x[threadIdx.x], 1);
  y[threadIdx.x] = tile[threadIdx.x ^ 1] + v;`,
  ),
  wrong(
    'cell_of_two_blocks',
    { grid: 2, block: 32 },
    `  if (threadIdx.x == 0) y[0] = x[blockIdx.x];`,
  ),
  wrong('sum_of_two_threads', { block: 32 }, `  y[threadIdx.x / 2] += x[threadIdx.x];`),
  wrong(
    'copy_not_awaited',
    { block: 32 },
    `  __shared__ float tile[32];
  if (threadIdx.x < 8) einc_copy_async_16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x);
  einc_copy_async_commit();
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x];`,
  ),
  wrong(
    'vector_between_vectors',
    { block: 16 },
    `  *reinterpret_cast<float4 *>(y + 4 * threadIdx.x) = *reinterpret_cast<const float4 *>(x + 4 * threadIdx.x + 2);`,
    'x: f32[66], y: f32[64]',
  ),
  wrong(
    'copy_from_between',
    { block: 32 },
    `  alignas(16) __shared__ float tile[64];
  if (threadIdx.x < 8) einc_copy_async_16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x + 1);`,
  ),
  wrong(
    'integer_too_large',
    { block: 2 },
    `  y[threadIdx.x] = (0x7fffffff - (int)x[0]) + (int)x[1];`,
  ),
  wrong('integer_below_all', { block: 1 }, `  y[0] = -(int)x[0];`),
];
const runs = await compileByHand(kernels);
beforeEach(needCppCompiler);

function saidOf(name: string, given: Arrays = {}): string {
  try {
    runs.get(name)?.(given);
    return 'nothing';
  } catch (error) {
    if (error instanceof BackendError) return error.message;
    throw error;
  }
}

test('a barrier that half of the threads come to', () => {
  expect(saidOf('half_of_a_barrier')).toMatchInlineSnapshot(`
    "error[EINC0941]: kernel \`half_of_a_barrier\` deadlocks: threads wait for others that never arrive
      = note: thread 0 of block 0 waits in line 5
          __syncthreads();
      = note: thread 16 of block 0 has ended
      = help: all threads of a block must reach each \`__syncthreads()\`, and all lanes of a mask the function that takes the mask"
  `);
});

test('threads at two barriers', () => {
  expect(saidOf('two_barriers')).toMatchInlineSnapshot(`
    "error[EINC0941]: kernel \`two_barriers\` deadlocks: threads wait for others that never arrive
      = note: thread (0, 0) of block 0 waits in line 3
          __syncthreads();
      = note: thread (0, 1) of block 0 waits in line 5
          __syncthreads();
      = help: all threads of a block must reach each \`__syncthreads()\`, and all lanes of a mask the function that takes the mask"
  `);
});

test('a shuffle that a lane of the mask does not come to', () => {
  expect(saidOf('lane_elsewhere')).toMatchInlineSnapshot(`
    "error[EINC0941]: kernel \`lane_elsewhere\` deadlocks: threads wait for others that never arrive
      = note: thread 0 of block 0 waits in line 3
          if (threadIdx.x != 5) v = __shfl_xor_sync(0xffffffff, v, 1);
      = note: thread 5 of block 0 waits in line 4
          else __syncthreads();
      = help: all threads of a block must reach each \`__syncthreads()\`, and all lanes of a mask the function that takes the mask"
  `);
});

test('a shuffle of a lane that its mask leaves out', () => {
  expect(saidOf('lane_left_out')).toMatchInlineSnapshot(`
    "error[EINC0941]: kernel \`lane_left_out\` deadlocks: threads wait for others that never arrive
      = note: thread 16 of block 0 waits in line 2
          y[threadIdx.x] = __shfl_sync(0x0000ffff, x[threadIdx.x], 0);
      = note: the lanes it waits for do not wait for it
      = help: all threads of a block must reach each \`__syncthreads()\`, and all lanes of a mask the function that takes the mask"
  `);
});

test('a store behind the end of a shared array', () => {
  expect(saidOf('store_behind_the_end')).toMatchInlineSnapshot(`
    "error[EINC0942]: kernel \`store_behind_the_end\` writes outside of \`tile\`, which has 132 bytes
      = note: thread 31 of block 0 writes 4 bytes at byte 132 of \`tile\` in line 7
          tile[threadIdx.x + 2] = x[threadIdx.x];"
  `);
});

test('a load of dynamic shared memory that the launch did not ask for', () => {
  expect(saidOf('load_not_asked_for')).toMatchInlineSnapshot(`
    "error[EINC0942]: kernel \`load_not_asked_for\` reads outside of \`tile\`, which has 128 bytes
      = note: thread 31 of block 0 reads 4 bytes at byte 128 of \`tile\` in line 5
          y[threadIdx.x] = tile[threadIdx.x + 1];"
  `);
});

test('a load before the beginning of an array', () => {
  expect(saidOf('load_before_the_beginning')).toMatchInlineSnapshot(`
    "error[EINC0942]: kernel \`load_before_the_beginning\` reads outside of \`x\`, which has 256 bytes
      = note: thread 0 of block 0 reads 4 bytes at byte -4 of \`x\` in line 3
          y[i] = x[i - 1];"
  `);
});

test('a vector half of which is behind the end', () => {
  expect(saidOf('vector_behind_the_end')).toMatchInlineSnapshot(`
    "error[EINC0942]: kernel \`vector_behind_the_end\` reads outside of \`x\`, which has 504 bytes
      = note: thread 31 of block 0 reads 4 bytes at byte 504 of \`x\` in line 2
          const float4 v = *reinterpret_cast<const float4 *>(x + 4 * threadIdx.x);"
  `);
});

test('shared memory that is read before anybody writes it', () => {
  expect(saidOf('never_written')).toMatchInlineSnapshot(`
    "error[EINC0943]: kernel \`never_written\` reads bytes of \`tile\` that its block has not written
      = note: thread 31 of block 0 reads 4 bytes at byte 124 of \`tile\` in line 5
          y[threadIdx.x] = tile[threadIdx.x / 4][threadIdx.x % 4];
      = help: shared memory is undefined when a block starts: write it, then \`__syncthreads()\`, then read it"
  `);
});

test('what the block before has left in shared memory', () => {
  expect(saidOf('left_by_another_block')).toMatchInlineSnapshot(`
    "error[EINC0943]: kernel \`left_by_another_block\` reads bytes of \`tile\` that its block has not written
      = note: thread 0 of block 1 reads 4 bytes at byte 0 of \`tile\` in line 5
          y[blockIdx.x * 32 + threadIdx.x] = tile[threadIdx.x];
      = help: shared memory is undefined when a block starts: write it, then \`__syncthreads()\`, then read it"
  `);
});

test('no barrier between a store and a load', () => {
  expect(saidOf('load_at_once')).toMatchInlineSnapshot(`
    "error[EINC0943]: kernel \`load_at_once\` reads bytes of \`tile\` that its block has not written
      = note: thread 0 of block 0 reads 4 bytes at byte 4 of \`tile\` in line 4
          y[threadIdx.x] = tile[threadIdx.x ^ 1];
      = help: shared memory is undefined when a block starts: write it, then \`__syncthreads()\`, then read it"
  `);
});

test('no barrier before a tile is filled again', () => {
  expect(saidOf('filled_again')).toMatchInlineSnapshot(`
    "error[EINC0944]: kernel \`filled_again\` has a race on \`tile\`: two accesses have no defined order
      = note: thread 32 of block 0 reads 4 bytes at byte 124 of \`tile\` in line 7
          sum += tile[63 - threadIdx.x];
      = note: thread 31 of block 0 writes it in line 5
          tile[threadIdx.x] = x[threadIdx.x] + turn;
      = help: put \`__syncthreads()\` between the two, where all threads of the block reach it"
  `);
});

test('a shuffle orders no memory', () => {
  expect(saidOf('shuffled_only')).toMatchInlineSnapshot(`
    "error[EINC0944]: kernel \`shuffled_only\` has a race on \`tile\`: two accesses have no defined order
      = note: thread 0 of block 0 reads 4 bytes at byte 4 of \`tile\` in line 5
          y[threadIdx.x] = tile[threadIdx.x ^ 1] + v;
      = note: thread 1 of block 0 writes it in line 3
          tile[threadIdx.x] = x[threadIdx.x];
      = help: put \`__syncthreads()\` between the two, where all threads of the block reach it"
  `);
});

test('threads of two blocks that write one cell', () => {
  expect(saidOf('cell_of_two_blocks')).toMatchInlineSnapshot(`
    "error[EINC0944]: kernel \`cell_of_two_blocks\` has a race on \`y\`: two accesses have no defined order
      = note: thread 0 of block 1 writes 4 bytes at byte 0 of \`y\` in line 2
          if (threadIdx.x == 0) y[0] = x[blockIdx.x];
      = note: thread 0 of block 0 writes it in line 2
          if (threadIdx.x == 0) y[0] = x[blockIdx.x];
      = help: blocks run in any order: let one block do both, or use two launches"
  `);
});

test('a sum that two threads add to without an atomic operation', () => {
  expect(saidOf('sum_of_two_threads')).toMatchInlineSnapshot(`
    "error[EINC0944]: kernel \`sum_of_two_threads\` has a race on \`y\`: two accesses have no defined order
      = note: thread 1 of block 0 reads 4 bytes at byte 0 of \`y\` in line 2
          y[threadIdx.x / 2] += x[threadIdx.x];
      = note: thread 0 of block 0 writes it in line 2
          y[threadIdx.x / 2] += x[threadIdx.x];
      = help: put \`__syncthreads()\` between the two, where all threads of the block reach it"
  `);
});

test('a copy that nobody waits for', () => {
  expect(saidOf('copy_not_awaited')).toMatchInlineSnapshot(`
    "error[EINC0943]: kernel \`copy_not_awaited\` reads bytes of \`tile\` that its block has not written
      = note: thread 0 of block 0 reads 4 bytes at byte 0 of \`tile\` in line 6
          y[threadIdx.x] = tile[threadIdx.x];
      = help: shared memory is undefined when a block starts: write it, then \`__syncthreads()\`, then read it"
  `);
});

test('vectors and copies that begin where they may not', () => {
  expect(saidOf('vector_between_vectors')).toMatchInlineSnapshot(`
    "error[EINC0946]: kernel \`vector_between_vectors\` reads 16 bytes of \`x\` at an address that is not a multiple of 16
      = note: thread 0 of block 0 reads 16 bytes at byte 8 of \`x\` in line 2
          *reinterpret_cast<float4 *>(y + 4 * threadIdx.x) = *reinterpret_cast<const float4 *>(x + 4 * threadIdx.x + 2);"
  `);
  expect(saidOf('copy_from_between')).toMatchInlineSnapshot(`
    "error[EINC0946]: kernel \`copy_from_between\` reads 16 bytes of \`x\` at an address that is not a multiple of 16
      = note: thread 0 of block 0 reads 16 bytes at byte 4 of \`x\` in line 3
          if (threadIdx.x < 8) einc_copy_async_16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x + 1);"
  `);
});

/** `x[1]` more than there is: nvcc makes of `a + 1 > a` that it holds. */
test('signed integers beyond their type', () => {
  expect(saidOf('integer_too_large', { x: [1, 1, ...cells(62)] })).toBe('nothing');
  expect(saidOf('integer_too_large', { x: [0, 1, ...cells(62)] })).toMatchInlineSnapshot(`
    "error[EINC0947]: kernel \`integer_too_large\` overflows a signed integer
      = note: thread 0 of block 0 in line 2
          y[threadIdx.x] = (0x7fffffff - (int)x[0]) + (int)x[1];
      = help: the result is undefined in C++; unsigned integers wrap"
  `);
  expect(saidOf('integer_below_all', { x: [-(2 ** 31), ...cells(63)] })).toMatch(/EINC0947/);
});
