/**
 * Long sums into one scalar, such as the norm of all gradients, in parts that threads can share. How many there are depends on
 * sizes alone, and not on the threads, so the result is always the same.
 */
import type { For } from '../loop/ir.ts';
import { type Division, divisionOf, evenCount } from './division.ts';
import { type SumNest, sumNestAt } from './nest.ts';
import { isRegrouped } from './partial-sums.ts';
import { workOf } from './work.ts';

/** As many are shared evenly enough by any number of threads. */
const mostShares = 64;
/** And so many there are of the shortest sum that is worth it. */
const fewestShares = 16;
/** A share begins where a line of a cache does, if it can. */
const cellsOfLine = 16;

export interface SumShares {
  readonly sum: SumNest;
  readonly division: Division;
}

/** Undefined where it is no such sum, or has less than `least` to do, next to one addition. */
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
