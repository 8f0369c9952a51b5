/** How much shared memory the copies of a tile need. */
import { bytesOf, type DType } from '../../core/dtype.ts';
import type { Read } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { TermTile } from './term-tiles.ts';

/** Bytes of the widest load of a thread. */
const widest = 16;

/** Padding of a row, in cells: avoids bank conflicts between rows, and keeps all rows aligned for the widest loads. */
export function paddingOf(dtype: DType): number {
  return Math.max(1, widest / bytesOf[dtype]);
}

/** Cells that one instruction loads at most. */
export function cellsAtOnce(dtype: DType): number {
  return widest / bytesOf[dtype];
}

/** An upper bound, whichever layout a copy has. */
export function bytesShared(
  { rowReads, columnReads, terms: loops }: Contraction,
  [rows, columns]: readonly [number, number],
  { terms, stages }: TermTile,
): number {
  const rest = (loops.at(-1)?.extent ?? 0) % terms;
  const bytesOfCopies = (count: number): number =>
    sideBytes(rowReads, rows, count) + sideBytes(columnReads, columns, count);
  // The copies of a pipelined loop are declared in it, so leftover terms need copies of their own.
  return stages > 1
    ? stages * bytesOfCopies(terms) + (rest > 0 ? bytesOfCopies(rest) : 0)
    : bytesOfCopies(terms);
}

function sideBytes(reads: readonly Read[], cells: number, terms: number): number {
  const padded = (dtype: DType): number =>
    product([terms, cells]) + Math.max(terms, cells) * paddingOf(dtype);
  return reads.reduce((sum, { dtype }) => sum + bytesOf[dtype] * padded(dtype), 0);
}
