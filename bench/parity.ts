/** Compares results: a time is meaningless if the program computes something else. */
import type { Tolerance } from './benchmark.ts';

/** What is wrong with an outcome, in words; undefined if it is as far from the other as it may be. */
export function disagreement(
  ours: readonly number[],
  theirs: readonly number[],
  within: Tolerance,
): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} values, not ${theirs.length}`;
  const differences = ours.map((value, i) => Math.abs(value - (theirs[i] ?? NaN)));
  const scale = 'relative' in within ? Math.max(...theirs.map(Math.abs)) : 1;
  const allowed = scale * ('relative' in within ? within.relative : within.absolute);
  const worst = differences.findIndex(difference => !(difference <= allowed));
  if (worst === -1) return undefined;
  return `value ${worst} is ${ours[worst]}, not ${theirs[worst]} (to within ${allowed.toPrecision(2)})`;
}
