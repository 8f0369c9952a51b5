/**
 * Device functions that C++ cannot express, in PTX: from sm_80 on. Before sm_80, copies are
 * synchronous, and there are no products. A `.cu` contains the functions that
 * it calls, inside `#ifndef EINC_EMULATOR`: `backends/cuda-emulator/include/tensor.h` has the same
 * functions, under the same names.
 *
 * Fragments are laid out as in PTX: of a warp, lane `l` has row `l / 4` and, in that row, the adjacent cells at
 * `l % 4`; see the figures of `mma.m16n8k16` in the PTX ISA.
 */
import { invariant } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { bulkIntrinsics } from './bulk-intrinsics.ts';

const words = { 4: 'unsigned', 8: 'uint2', 16: 'uint4' } as const;

function copy(bytes: 4 | 8 | 16): string {
  // Bypasses the L1 cache, since copied data is not read from there.
  const cache = bytes === 16 ? 'cg' : 'ca';
  return `__device__ __forceinline__ void einc_copy_async_${bytes}(void *to, const void *from) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.${cache}.shared.global [%0], [%1], ${bytes};" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from) : "memory");
#else
  *(${words[bytes]} *)to = *(const ${words[bytes]} *)from;
#endif
}`;
}

function ofCopies(head: string, instruction: string): string {
  return `${head} {
#if __CUDA_ARCH__ >= 800
  ${instruction}
#endif
}`;
}

function product(shape: string, type: string, k: number): string {
  return `__device__ __forceinline__ void einc_mma_${shape}_${type}(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k${k}.row.col.f32.${type}.${type}.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
    : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
    : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}`;
}

/** Keeps compilers from moving register accesses across instructions whose effect they do not know. */
const keepRegisters = `#pragma unroll
  for (int i = 0; i < count; ++i) asm volatile("" : "+f"(c[i]) :: "memory");`;

function groupProduct(columns: number, type: string): string {
  const registers = columns / 2;
  const listed = (text: (i: number) => string): string =>
    Array.from({ length: registers }, (_, i) => text(i)).join(', ');
  return `template <int a_is_transposed, int b_is_transposed>
__device__ __forceinline__ void einc_group_mma_m64n${columns}k16_${type}(float (&c)[${registers}], unsigned long long a, unsigned long long b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n${columns}k16.f32.${type}.${type} {${listed(i => `%${i}`)}}, %${registers}, %${registers + 1}, 1, 1, 1, %${registers + 2}, %${registers + 3};"
    : ${listed(i => `"+f"(c[${i}])`)}
    : "l"(a), "l"(b), "n"(a_is_transposed), "n"(b_is_transposed));
}`;
}

function load(count: 2 | 4, isTransposed: boolean): string {
  const name = `einc_load_matrices${isTransposed ? '_transposed' : ''}`;
  const registers = Array.from({ length: count }, (_, i) => i);
  const to = registers.map(i => `%${i}`).join(', ');
  const outputs = registers.map(i => `"=r"(to[${i}])`).join(', ');
  const modifier = isTransposed ? '.trans' : '';
  return `__device__ __forceinline__ void ${name}(unsigned (&to)[${count}], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x${count}${modifier}.shared.b16 {${to}}, [%${count}];" : ${outputs} : "r"((unsigned)__cvta_generic_to_shared(row)) : "memory");
}`;
}

/** By the names used in the source. */
export const intrinsics = {
  ...bulkIntrinsics,
  /** Starts a copy from global to shared memory; both addresses are multiples of the size. */
  einc_copy_async_4: copy(4),
  einc_copy_async_8: copy(8),
  einc_copy_async_16: copy(16),
  /** Copies the first `bytes` of 16 and fills the rest with zeros; reads nothing beyond them. */
  einc_copy_async_16_of: `__device__ __forceinline__ void einc_copy_async_16_of(void *to, const void *from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(bytes) : "memory");
}`,
  /** Makes the copies started by this thread a group. */
  einc_copy_async_commit: ofCopies(
    '__device__ __forceinline__ void einc_copy_async_commit()',
    'asm volatile("cp.async.commit_group;" ::: "memory");',
  ),
  /** Waits for all but the last `groups` groups of this thread; a barrier makes the data visible to others. */
  einc_copy_async_wait: ofCopies(
    'template <int groups>\n__device__ __forceinline__ void einc_copy_async_wait()',
    'asm volatile("cp.async.wait_group %0;" :: "n"(groups) : "memory");',
  ),
  /** `c += a b` by the 32 lanes of a warp: 16 x k and k x 8. */
  einc_mma_m16n8k16_f16: product('m16n8k16', 'f16', 16),
  einc_mma_m16n8k16_bf16: product('m16n8k16', 'bf16', 16),
  einc_mma_m16n8k8_tf32: product('m16n8k8', 'tf32', 8),
  /** Rounds a float to a tf32 factor: to 10 fraction bits, halves away from zero. */
  einc_tf32: `__device__ __forceinline__ unsigned einc_tf32(float value) {
  unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}`,
  /** `c += a b` by the 128 lanes of four warps, from shared memory: 64 x 16 and 16 x 64, x 128 or x 256. */
  einc_group_mma_m64n64k16_f16: groupProduct(64, 'f16'),
  einc_group_mma_m64n128k16_f16: groupProduct(128, 'f16'),
  einc_group_mma_m64n256k16_f16: groupProduct(256, 'f16'),
  einc_group_mma_m64n64k16_bf16: groupProduct(64, 'bf16'),
  einc_group_mma_m64n128k16_bf16: groupProduct(128, 'bf16'),
  einc_group_mma_m64n256k16_bf16: groupProduct(256, 'bf16'),
  /** Orders earlier register accesses before the products that start now. */
  einc_group_fence: `template <int count>
__device__ __forceinline__ void einc_group_fence(float (&c)[count]) {
  ${keepRegisters}
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}`,
  /** Makes the products started by the warp a group. */
  einc_group_commit: `__device__ __forceinline__ void einc_group_commit() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}`,
  /** Waits for all but the last `groups` such groups. */
  einc_group_wait: `template <int groups, int count>
__device__ __forceinline__ void einc_group_wait(float (&c)[count]) {
  asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(groups) : "memory");
  ${keepRegisters}
}`,
  /** Makes the thread's writes to shared memory, and its completed copies, visible to warpgroup products. */
  einc_fence_async: `__device__ __forceinline__ void einc_fence_async() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}`,
  /** The address of a shared array within shared memory. */
  einc_shared_address: `__device__ __forceinline__ unsigned einc_shared_address(const void *place) {
  return (unsigned)__cvta_generic_to_shared(place);
}`,
  /**
   * Loads matrices of 8 x 8 cells of 16 bits from shared memory; lane `l` gives the address of row `l % 8` of the `l
   * / 8`-th.
   */
  einc_load_matrices: [load(2, false), load(4, false)].join('\n'),
  einc_load_matrices_transposed: [load(2, true), load(4, true)].join('\n'),
} as const satisfies Readonly<Record<string, string>>;

export type Intrinsic = keyof typeof intrinsics;

/** `axes`: of the array, 2 to 5. */
export function copyBoxOf(axes: number): CallText {
  const name = `einc_copy_box_${axes}`;
  invariant(name in intrinsics, () => `no box has ${axes} axes`);
  const needs = [...callOf('einc_tensor_map').needs, ...callOf(name as Intrinsic).needs];
  return { ...callOf(name as Intrinsic), needs };
}

export function groupProductOf(columns: number, type: 'f16' | 'bf16'): CallText {
  const name = `einc_group_mma_m64n${columns}k16_${type}`;
  invariant(name in intrinsics, () => `no product of groups has ${columns} columns`);
  return callOf(name as Intrinsic);
}

/**
 * The start of a warpgroup factor and the strides of its rows, with 128-byte swizzle: PTX ISA, Matrix Descriptor
 * Format.
 */
export const matrixDescriptor: CallText = {
  kind: 'call',
  name: 'einc_matrix_descriptor',
  needs: [
    ...callOf('einc_shared_address').needs,
    `static __device__ __forceinline__ unsigned long long einc_matrix_descriptor(const void *start, unsigned leading, unsigned stride) {
  const unsigned long long address = einc_shared_address(start);
  return 1ull << 62 | (unsigned long long)(stride >> 4) << 32 | (unsigned long long)(leading >> 4) << 16 | (address & 0x3ffff) >> 4;
}`,
  ],
};

/**
 * The swizzled index of the 16-bit cell with linear index `cell`: within each row of 128 bytes the eight 16-byte parts are permuted, differently in each
 * of eight rows, so that no column of parts lies in one bank. This is the 128-byte swizzle of the PTX ISA.
 */
export const swizzled: CallText = {
  kind: 'call',
  name: 'einc_swizzled',
  needs: [
    'static __device__ __forceinline__ int einc_swizzled(int cell) { return cell ^ (cell >> 3 & 56); }',
  ],
};

/** The definitions that a call needs before the kernels. */
export function callOf(name: Intrinsic): CallText {
  return { kind: 'call', name, needs: [intrinsicsFor([name]).trimEnd()] };
}

/** For the head of a `.cu`, or nothing. */
export function intrinsicsFor(names: readonly Intrinsic[]): string {
  if (names.length === 0) return '';
  const known = Object.keys(intrinsics) as Intrinsic[];
  const texts = known.filter(name => names.includes(name)).map(name => intrinsics[name]);
  return ['#ifndef EINC_EMULATOR', ...texts, '#endif', ''].join('\n');
}
