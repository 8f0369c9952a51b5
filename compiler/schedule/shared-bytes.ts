/** How much shared memory the copies of a tile take. */
import { bytesOf, type DType } from '../core/dtype.ts';
import type { Read } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { TermTile } from './terms.ts';

/** What vectors and the widest loads of a thread take. */
const widest = 16;

/**
 * Cells that a row of a copy has more than it needs. Neighbouring rows are then not in the same banks,
 * and all begin where the widest loads may.
 */
export function paddingOf(dtype: DType): number {
  return Math.max(1, widest / bytesOf[dtype]);
}

/** Cells that one instruction loads at most. */
export function cellsAtOnce(dtype: DType): number {
  return widest / bytesOf[dtype];
}

/** At most, whichever way round a copy lies. */
export function bytesShared(
  { rowReads, columnReads, terms: loops }: Contraction,
  [rows, columns]: readonly [number, number],
  { terms, stages }: TermTile,
): number {
  const rest = (loops.at(-1)?.extent ?? 0) % terms;
  const bytesOfCopies = (count: number): number =>
    sideBytes(rowReads, rows, count) + sideBytes(columnReads, columns, count);
  // What is left over has copies of its own, as those of the others belong to turns of their loop.
  return stages > 1
    ? stages * bytesOfCopies(terms) + (rest > 0 ? bytesOfCopies(rest) : 0)
    : bytesOfCopies(terms);
}

function sideBytes(reads: readonly Read[], cells: number, terms: number): number {
  const padded = (dtype: DType): number =>
    product([terms, cells]) + Math.max(terms, cells) * paddingOf(dtype);
  return reads.reduce((sum, { dtype }) => sum + bytesOf[dtype] * padded(dtype), 0);
}
