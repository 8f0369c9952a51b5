/**
 * Into how many parts a long sum into one scalar, such as the norm of all gradients, is split for threads. That depends
 * on sizes alone, not on the number of threads, so the result is always the same.
 */
import type { For } from '../loop/ir.ts';
import { type Division, divisionOf, evenCount } from './division.ts';
import { type SumNest, sumNestAt } from './nest.ts';
import { isRegrouped } from './partial-sums.ts';
import { workOf } from './work.ts';

/** So many parts balance well on any number of threads. */
const mostShares = 64;
/** The number of parts of the shortest sum that is worth splitting. */
const fewestShares = 16;
/** Parts begin at cache-line boundaries if possible. */
const cellsOfLine = 16;

export interface SumShares {
  readonly sum: SumNest;
  readonly division: Division;
}

/** Undefined for other sums, and for less work than `least` (see `workOf`). */
export function sumSharesFor(outermost: For, least: number): SumShares | undefined {
  const sum = sumNestAt(outermost);
  if (!sum || sum.leaf.node.dims.length > 0 || !isRegrouped(sum.leaf)) return undefined;
  const work = workOf(outermost);
  if (work < least) return undefined;
  const most = Math.min(mostShares, Math.floor((fewestShares * work) / least));
  const division = divisionOf(sum.loops, most, ({ extent }, most) =>
    evenCount(extent, most, cellsOfLine),
  );
  return division && { sum, division };
}
