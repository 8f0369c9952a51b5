/**
 * Dynamic shared memory. Declared shared memory is limited to 48 KiB; beyond that, the arrays of pipelined copies
 * become one array, whose size is set at the launch.
 *
 *     extern __shared__ uint4 shared_memory[];
 *     __nv_bfloat16 *const x_rows_stages = (__nv_bfloat16 *)&shared_memory[0];
 *     __nv_bfloat16 *const w_columns_stages = (__nv_bfloat16 *)&shared_memory[1920];
 *
 * The same goes for factors of warpgroup products, which must be aligned to the pattern of their swizzle.
 */
import { type For, type TensorNode } from '../../compiler/index.ts';
import { sizeOf } from '../../compiler/core/tensor-node.ts';
import { membersOf } from '../../compiler/loop/kernel.ts';
import { pipelineOf, stagesOf } from '../../compiler/loop/pipelined.ts';
import { privateArrays, sharedIn } from '../../compiler/loop/private-arrays.ts';
import { swizzledIn } from '../../compiler/loop/swizzled.ts';
import { visitStmts } from '../../compiler/loop/traverse.ts';
import { patternBytes } from './group-product.ts';

const mostDeclared = 48 * 1024;
/** The alignment of the widest copies. */
export const unitBytes = 16;

export interface LaunchMemory {
  readonly bytes: number;
  readonly alignment: number;
  /** The offsets of arrays, in units. */
  readonly places: ReadonlyMap<TensorNode, number>;
}

const none: LaunchMemory = { bytes: 0, alignment: unitBytes, places: new Map() };

export function launchMemoryOf(kernel: For): LaunchMemory {
  if (kernel.mode === 'grid') return none;
  const staged = stagedIn(kernel);
  const own = privateArrays(kernel);
  const shared = [...sharedIn(kernel.body)].filter(node => !own.has(node));
  const declared = shared.map(node => sizeOf(node) * (staged.get(node) ?? 1));
  const swizzled = swizzledIn(kernel.body);
  const isSmall = declared.reduce((a, b) => a + b, 0) <= mostDeclared;
  if (isSmall && swizzled.size === 0) return none;
  const places = new Map<TensorNode, number>();
  const alignment = swizzled.size > 0 ? patternBytes : unitBytes;
  let bytes = 0;
  for (const node of new Set([...staged.keys(), ...swizzled])) {
    places.set(node, bytes / unitBytes);
    bytes += Math.ceil(((staged.get(node) ?? 1) * sizeOf(node)) / alignment) * alignment;
  }
  return { bytes, alignment, places };
}

/** For kernels that share a launch: a block executes one of them. */
export function bytesAtLaunch(kernel: For): number {
  return Math.max(0, ...membersOf(kernel).map(member => launchMemoryOf(member).bytes));
}

/** The arrays of loops whose copies run ahead, and how many iterations' buffers each has. */
function stagedIn(kernel: For): ReadonlyMap<TensorNode, number> {
  const staged = new Map<TensorNode, number>();
  visitStmts(kernel, s => {
    if (s.kind !== 'for' || s.mode !== 'pipelined') return;
    for (const node of pipelineOf(s).arrays) staged.set(node, stagesOf(s));
  });
  return staged;
}
