/**
 * Products of small matrices that the lanes of a warp compute together, on tensor cores. In the IR each
 * thread has the cells of its own, summed in order:
 *
 *     … for row < 8 thread { for column < 4 thread {
 *       for m < 4 matrix { for n < 4 matrix {
 *         for half < 2 matrix { for next < 2 matrix { for k < 16 matrix {
 *           sum[…, row, column, m, n, half, next] +=
 *             f32(a[16*m + 8*half + row, k]) * f32(b[k, 8*n + 2*column + next]);
 *         } } }
 *       } }
 *     } }
 *
 * Which thread has which cells is what PTX says of `mma.m16n8k16`: so a warp that does all of it at once,
 * from factors in shared memory, stores what its lanes would have. Tensor cores round sums in a way of
 * their own; all else is as the loops say.
 */
import { asLoop, type Index, type LoopVar, loopsIn } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Accumulate, For, Read, Stmt, Write } from './ir.ts';
import { type Chain, chainAt, turnsOfChain, warp } from './kernel.ts';
import { type FactorKind, factorKinds, factorsOf } from './matrix-factors.ts';
import { areMultiples, strideOf } from './stride.ts';

export interface MatrixProduct {
  readonly by: 'warp';
  readonly kind: FactorKind;
  /** Products of 16 rows, side by side of 8 columns. */
  readonly rows: For;
  readonly columns: For;
  readonly half: LoopVar;
  readonly next: LoopVar;
  readonly terms: For;
  /** The thread loops that are the lanes of a warp. */
  readonly lanes: { readonly row: LoopVar; readonly column: LoopVar };
  readonly sum: { readonly node: TensorNode; readonly index: readonly Index[] };
  readonly left: Factor;
  readonly right: Factor;
}

export interface Factor {
  readonly node: TensorNode;
  readonly index: readonly Index[];
  /** Whether neighbours in memory are terms, and not rows or columns. */
  readonly isAlongTerms: boolean;
}

const cellsOfRow = 8;

/** The product that the loop is, or in words why it is none. */
export function matrixProductAt(loop: For, threads: Chain): MatrixProduct | string {
  const nest = nestOf(loop, threads);
  if (typeof nest === 'string') return nest;
  const { axes, lanes, own, body } = nest;
  const found = factorsOf(body);
  if (!found) return 'no sum of products of two arrays';
  const { leaf, kind, factors } = found;
  if (axes.terms.extent !== factorKinds[kind]) return `${axes.terms.extent} terms of ${kind}`;
  if (!isOwnSum(leaf, own)) return `${leaf.node.name} is not of threads`;
  const [left, right] = [leftOf, rightOf].map(factorOf =>
    factors.map(read => factorOf(read, kind, axes, lanes)).find(factor => factor !== undefined),
  );
  if (!left) return 'no factor of rows and terms that lies side by side';
  if (!right) return 'no factor of terms and columns that lies side by side';
  return { by: 'warp', kind, ...axes, lanes, sum: leaf, left, right };
}

interface ProductNest {
  readonly axes: Axes;
  readonly lanes: Lanes;
  /** Which say of a sum whose it is, and which one. */
  readonly own: readonly For[];
  readonly body: Stmt;
}

function nestOf(loop: For, threads: Chain): ProductNest | string {
  const { loops, body } = chainAt(loop);
  const [rows, columns, half, next, terms] = loops;
  const [row, column] = threads.loops.slice(-2);
  if (!rows || !columns || !half || !next || !terms || loops.length !== 5)
    return `${loops.length} loops instead of 5`;
  if (row?.extent !== 8 || column?.extent !== 4 || turnsOfChain(threads) % warp !== 0)
    return 'no warps of 8 x 4 threads around';
  if (half.extent !== 2 || next.extent !== 2)
    return `${half.extent} x ${next.extent} cells of a thread`;
  return {
    axes: { rows, columns, half: half.loop, next: next.loop, terms },
    lanes: { row: row.loop, column: column.loop },
    own: [...threads.loops, rows, columns, half, next],
    body,
  };
}

type Axes = Pick<MatrixProduct, 'rows' | 'columns' | 'half' | 'next' | 'terms'>;
type Lanes = MatrixProduct['lanes'];

function leftOf(
  read: Read,
  kind: FactorKind,
  axes: Axes,
  { row, column }: Lanes,
): Factor | undefined {
  const [step, far] = [row, axes.half].map(loop => strideOf(read.node, read.index, loop));
  const others = [axes.columns.loop, axes.next, column];
  return step !== undefined && far === 8 * step && isWithout(read, others)
    ? aligned(read, kind, axes.terms.loop, { unit: step, inRow: [row, axes.half] })
    : undefined;
}

function rightOf(
  read: Read,
  kind: FactorKind,
  axes: Axes,
  { row, column }: Lanes,
): Factor | undefined {
  const [step, far] = [axes.next, column].map(loop => strideOf(read.node, read.index, loop));
  const others = [axes.rows.loop, axes.half, row];
  return step !== undefined && far === 2 * step && isWithout(read, others)
    ? aligned(read, kind, axes.terms.loop, { unit: step, inRow: [axes.next, column] })
    : undefined;
}

/** Cells of 16 bits are loaded eight at a time, which must be adjacent. */
function aligned(
  { node, index }: Read,
  kind: FactorKind,
  term: LoopVar,
  { unit, inRow }: { readonly unit: number; readonly inRow: readonly LoopVar[] },
): Factor | undefined {
  const isAlongTerms = strideOf(node, index, term) === 1;
  const factor = { node, index, isAlongTerms };
  if (kind === 'tf32') return factor;
  const isBeside = isAlongTerms ? unit % cellsOfRow === 0 : unit === 1;
  const beside = isAlongTerms ? [term] : inRow;
  return isBeside && areMultiples(node, index, beside, cellsOfRow) ? factor : undefined;
}

export function isWithout({ index }: Read, loops: readonly LoopVar[]): boolean {
  return !index.some(ix => loopsIn(ix).some(loop => loops.includes(loop)));
}

/** Whether these loops say which cell of a sum it is: first whose it is. */
export function isOwnSum({ node, index }: Accumulate | Write, own: readonly For[]): boolean {
  const isOwn = own.every((l, axis) => node.dims[axis] === l.extent && isJust(index[axis], l.loop));
  return isOwn && index.length === own.length;
}

function isJust(ix: Index | undefined, loop: LoopVar): boolean {
  return ix !== undefined && asLoop(ix) === loop;
}
