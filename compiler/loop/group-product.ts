/**
 * Products of matrices that four warps compute together, from factors that both stay in shared memory. In the IR
 * each thread has the cells of its own, summed in order:
 *
 *     … for warp < 4 thread { for row < 8 thread { for column < 4 thread {
 *       for m < 1 matrix { for n < 2 matrix { for piece < 8 matrix {
 *         for half < 2 matrix { for next < 2 matrix { for k < 16 matrix {
 *           sum[…, warp, row, column, m, n, piece, half, next] +=
 *             f32(a[64*m + 16*warp + 8*half + row, k]) * f32(b[64*n + 8*piece + 2*column + next, k]);
 *         } } }
 *       } } }
 *     } } }
 *
 * Which thread has which cells, in which order, is what the PTX ISA says of `wgmma.mma_async.m64nNk16` (Register
 * Fragments); how factors lie: `group-factor.ts`.
 */
import type { Index, LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { cellsOfGroupRow, type GroupFactor, groupFactorOf, termsOfGroup } from './group-factor.ts';
import type { For, Read } from './ir.ts';
import { type Chain, chainAt, turnsOfChain, warp as threadsOfWarp } from './kernel.ts';
import { type FactorKind, factorsOf } from './matrix-factors.ts';
import { isOwnSum, isWithout } from './matrix-product.ts';

export interface GroupProduct {
  readonly by: 'group';
  readonly kind: Exclude<FactorKind, 'tf32'>;
  /** One iteration covers 64 rows, or 64 columns. */
  readonly rows: For;
  readonly columns: For;
  readonly piece: For;
  readonly half: For;
  readonly next: For;
  readonly terms: For;
  readonly lanes: { readonly warp: For; readonly row: For; readonly column: For };
  readonly sum: { readonly node: TensorNode; readonly index: readonly Index[] };
  readonly left: GroupFactor;
  readonly right: GroupFactor;
}

type Axes = Omit<GroupProduct, 'by' | 'kind' | 'sum' | 'left' | 'right'>;

/** Columns of one instruction: of all that there are, those that tiles have. */
export const columnsOfGroup: readonly number[] = [64, 128, 256];

export function isOfGroup(loop: For): boolean {
  return chainAt(loop).loops.length === 6;
}

/** The product that the loop is, or in words why it is none. */
export function groupProductAt(loop: For, threads: Chain): GroupProduct | string {
  const axes = axesOf(loop, threads);
  if (typeof axes === 'string') return axes;
  const { loops, body } = chainAt(loop);
  const found = factorsOf(body);
  if (!found || found.kind === 'tf32') return 'no sum of products of two arrays of 16 bits';
  const { leaf, kind, factors } = found;
  if (!isOwnSum(leaf, [...threads.loops, ...loops.slice(0, -1)]))
    return `${leaf.node.name} is not of threads`;
  const [left, right] = [leftOf, rightOf].map(factorOf =>
    factors.map(read => factorOf(read, axes)).find(factor => factor !== undefined),
  );
  if (!left) return 'no factor of rows and terms in rows of 128 bytes';
  if (!right) return 'no factor of terms and columns in rows of 128 bytes';
  return { by: 'group', kind, ...axes, sum: leaf, left, right };
}

function axesOf(loop: For, threads: Chain): Axes | string {
  const { loops } = chainAt(loop);
  const [rows, columns, piece, half, next, terms] = loops;
  const [warp, row, column] = threads.loops.slice(-3);
  if (!rows || !columns || !piece || !half || !next || !terms || loops.length !== 6)
    return `${loops.length} loops instead of 6`;
  const isGroup = warp && row && column && haveExtents([warp, row, column], [4, 8, 4]);
  if (!isGroup || turnsOfChain(threads) % (4 * threadsOfWarp) !== 0)
    return 'no groups of 4 x 8 x 4 threads around';
  if (!haveExtents([rows, piece, half, next, terms], [1, 8, 2, 2, termsOfGroup]))
    return 'no 1 x 8 x 2 x 2 cells of a thread, of 16 terms';
  const width = columns.extent * cellsOfGroupRow;
  if (!columnsOfGroup.includes(width)) return `${width} columns`;
  return { rows, columns, piece, half, next, terms, lanes: { warp, row, column } };
}

function haveExtents(loops: readonly For[], extents: readonly number[]): boolean {
  return loops.every((loop, i) => loop.extent === extents[i]);
}

function leftOf(
  read: Read,
  { columns, piece, half, next, terms, lanes }: Axes,
): GroupFactor | undefined {
  const others = namesOf([columns, piece, next, lanes.column]);
  const units = [unit(lanes.row, 1), unit(half, 8), unit(lanes.warp, 16)];
  return isWithout(read, others) ? groupFactorOf(read, { units }, terms.loop) : undefined;
}

function rightOf(
  read: Read,
  { rows, columns, piece, half, next, terms, lanes }: Axes,
): GroupFactor | undefined {
  const others = namesOf([rows, half, lanes.warp, lanes.row]);
  const units = [unit(next, 1), unit(lanes.column, 2), unit(piece, 8)];
  return isWithout(read, others)
    ? groupFactorOf(read, { units, far: columns.loop }, terms.loop)
    : undefined;
}

function unit({ loop }: For, cells: number): { readonly loop: LoopVar; readonly cells: number } {
  return { loop, cells };
}

function namesOf(loops: readonly For[]): readonly LoopVar[] {
  return loops.map(({ loop }) => loop);
}
