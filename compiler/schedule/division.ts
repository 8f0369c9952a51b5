/**
 * Loops of a sum divided into parts: each turn of the first of them is one, and so are so many turns of the next.
 * What is left over of that one, in no part, are fewer turns than there are parts.
 */
import type { For } from '../loop/ir.ts';
import { product } from '../support/list.ts';

export interface Division {
  readonly whole: readonly For[];
  readonly divided: For;
  /** Of the divided loop. */
  readonly count: number;
  readonly inside: readonly For[];
}

/** A division into at most so many parts; undefined if it would be one, or `countFor` finds no count for the divided loop. */
export function divisionOf(
  loops: readonly For[],
  most: number,
  countFor: (divided: For, most: number) => number | undefined,
): Division | undefined {
  const at = loops.findIndex((_, i) => turnsOf(loops.slice(0, i + 1)) > most);
  const divided = loops[at];
  if (!divided) return undefined;
  const whole = loops.slice(0, at);
  const count = countFor(divided, Math.floor(most / turnsOf(whole)));
  const division = count && { whole, divided, count, inside: loops.slice(at + 1) };
  return division && partsOf(division) > 1 ? division : undefined;
}

export function partsOf({ whole, count }: Division): number {
  return turnsOf(whole) * count;
}

/** Turns of the divided loop per part. */
export function turnsOfPart({ divided, count }: Division): number {
  return Math.floor(divided.extent / count);
}

/**
 * A count of equal parts, at most `most`: of a multiple of `atOnce` turns each, if such a count is not much smaller, or
 * else any that leaves no turn over.
 */
export function evenCount(extent: number, most: number, atOnce: number): number {
  const divides = (size: number) => (count: number) => extent % (count * size) === 0;
  const many = countsUpTo(most).filter(count => 2 * count > most);
  return many.find(divides(atOnce)) ?? many.find(divides(1)) ?? most;
}

/** The largest first. */
export function countsUpTo(most: number): readonly number[] {
  return Array.from({ length: most }, (_, i) => most - i);
}

function turnsOf(loops: readonly For[]): number {
  return product(loops.map(l => l.extent));
}
