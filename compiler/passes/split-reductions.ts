/**
 * Takes long sums along neighbouring cells apart, into sums for the lanes of vectors;
 * `schedule/partial-sums.ts` shows what becomes of one. Not exact: the order of additions changes,
 * but always to the same one.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { inParts, longSumAt } from '../schedule/partial-sums.ts';
import type { Target } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function splitReductions(target: Target): Pass {
  return {
    name: 'split-reductions',
    run: program => {
      const names = new Names(namesIn(program));
      const body = rewriteOutermost(program.body, s => {
        const sum = s.kind === 'for' ? longSumAt(s) : undefined;
        return sum && inParts(sum, target, names);
      });
      return withBody(program, body);
    },
  };
}
