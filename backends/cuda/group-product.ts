/**
 * Warpgroup matrix products (`wgmma`), by four warps: both factors stay in shared memory, where descriptors give their
 * layout, and each lane holds the sums of its cells. They run asynchronously.
 *
 *     einc_group_fence(s_tile);
 *     for steps: einc_group_mma_m64n128k16_bf16<0, 1>(*(float (*)[64])&s_tile[0],
 *         einc_matrix_descriptor(&x_rows[…], 0, 1024), einc_matrix_descriptor(&w_columns[…], 8192, 1024));
 *     einc_group_commit();
 *     einc_group_wait<0>(s_tile);
 */
import { type For, type LoopVar, type Writer } from '../../compiler/index.ts';
import { fixed, type Index, substitute } from '../../compiler/core/index-expr.ts';
import type { GroupProduct } from '../../compiler/loop/group-product.ts';
import { cellsOfGroupRow, type GroupFactor } from '../../compiler/loop/group-factor.ts';
import type { Chain } from '../../compiler/loop/kernel.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { callOf, groupProductOf, matrixDescriptor } from './intrinsics.ts';

/** Bytes of a row of a factor, and of the eight rows after which the swizzle pattern repeats. */
const rowBytes = 2 * cellsOfGroupRow;
export const patternBytes = 8 * rowBytes;
/** Loops over warps, rows and columns. */
const loopsOfLanes = 3;

/** The loops over warpgroups: those around the lanes of one. */
export function loopsOverGroups(threads: Chain): ReadonlySet<LoopVar> {
  return new Set(threads.loops.slice(0, -loopsOfLanes).map(({ loop }) => loop));
}

export function emitGroupProduct(p: GroupProduct, w: Writer, exprs: ExprEmitter): void {
  const { rows, columns, piece, half, next, terms, lanes, kind, left, right, sum } = p;
  const width = cellsOfGroupRow * columns.extent;
  const call = exprs.need(groupProductOf(width, kind));
  const transposed = [left, right].map(factor => (factor.isAlongTerms ? 0 : 1)).join(', ');
  const own = firstOf([rows, columns, piece, half, next]);
  const sums = exprs.cell(
    sum.node,
    sum.index.map(ix => substitute(ix, own)),
  );
  const all = new Map([...own, ...firstOf([terms, lanes.warp, lanes.row, lanes.column])]);
  const [a, b] = [left, right].map(factor => descriptorOf(factor, all, exprs));
  w.statement(`${call}<${transposed}>(*(float (*)[${width / 2}])&${sums}, ${a}, ${b});`);
}

function firstOf(loops: readonly For[]): ReadonlyMap<LoopVar, Index> {
  return new Map(loops.map(({ loop }) => [loop, fixed(0)] as const));
}

/** If rows run along the terms, the distance to the next 64 terms is that of any eight rows, and is ignored. */
function descriptorOf(
  { node, index, isAlongTerms, far }: GroupFactor,
  first: ReadonlyMap<LoopVar, Index>,
  exprs: ExprEmitter,
): string {
  const start = exprs.cell(
    node,
    index.map(ix => substitute(ix, first)),
  );
  const leading = isAlongTerms ? 0 : 2 * far;
  return `${exprs.need(matrixDescriptor)}(&${start}, ${leading}, ${patternBytes})`;
}

/** Fences on the sums before products, and waits after: warpgroups may still be at work. */
export function beginProducts(sums: string, w: Writer, exprs: ExprEmitter): void {
  w.line(`${exprs.need(callOf('einc_group_fence'))}(${sums});`);
}

export function endProducts(sums: string, late: number, w: Writer, exprs: ExprEmitter): void {
  w.line(`${exprs.need(callOf('einc_group_commit'))}();`);
  awaitProducts(sums, late, w, exprs);
}

export function awaitProducts(sums: string, late: number, w: Writer, exprs: ExprEmitter): void {
  w.line(`${exprs.need(callOf('einc_group_wait'))}<${late}>(${sums});`);
}
