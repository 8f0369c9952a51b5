/** Device functions for bulk tensor copies, in PTX: on sm_90 and later. See `intrinsics.ts`. */

function copyBox(axes: number): string {
  const cells = Array.from({ length: axes }, (_, i) => i);
  const parameters = cells.map(i => `int c${i}`).join(', ');
  const coordinates = cells.map(i => `%${i + 3}`).join(', ');
  const inputs = cells.map(i => `"r"(c${i})`).join(', ');
  return `__device__ __forceinline__ void einc_copy_box_${axes}(void *to, const einc_tensor_map *map, ${parameters}, unsigned long long *arrival) {
  asm volatile("cp.async.bulk.tensor.${axes}d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {${coordinates}}], [%2];"
    :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(map), "r"((unsigned)__cvta_generic_to_shared(arrival)), ${inputs} : "memory");
}`;
}

export const bulkIntrinsics = {
  /** What the driver encodes: where an array is, its axes, and the shape of the boxes copied from it (`CUtensorMap`). */
  einc_tensor_map: 'struct alignas(64) einc_tensor_map { unsigned long long words[16]; };',
  /** A barrier at which one thread arrives in each phase, and the bytes that it expects. */
  einc_arrival_start: `__device__ __forceinline__ void einc_arrival_start(unsigned long long *arrival) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" :: "r"((unsigned)__cvta_generic_to_shared(arrival)) : "memory");
}`,
  einc_arrival_expect: `__device__ __forceinline__ void einc_arrival_expect(unsigned long long *arrival, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"((unsigned)__cvta_generic_to_shared(arrival)), "r"(bytes) : "memory");
}`,
  /**
   * Waits for the end of the phase of this parity. The kernel fails if that takes so long that it will never come: a GPU
   * that waits forever would have to be reset. A loop in PTX: around one in C++ `nvcc` waits for products (C7517).
   */
  einc_arrival_wait: `__device__ __forceinline__ void einc_arrival_wait(unsigned long long *arrival, int parity) {
  asm volatile("{\\n"
    ".reg .pred p;\\n"
    ".reg .u32 tries;\\n"
    "mov.u32 tries, 0;\\n"
    "waiting:\\n"
    "mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\\n"
    "@p bra over;\\n"
    "add.u32 tries, tries, 1;\\n"
    "setp.lt.u32 p, tries, 16777216;\\n"
    "@p bra waiting;\\n"
    "trap;\\n"
    "over:\\n"
    "}" :: "r"((unsigned)__cvta_generic_to_shared(arrival)), "r"(parity) : "memory");
}`,
  /** Starts the copy of a box from global to shared memory, swizzled; its bytes arrive at the barrier. */
  einc_copy_box_2: copyBox(2),
  einc_copy_box_3: copyBox(3),
  einc_copy_box_4: copyBox(4),
  einc_copy_box_5: copyBox(5),
} as const;
