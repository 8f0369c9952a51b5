/**
 * Splits long sums over contiguous cells into one sum per vector lane; `../schedule/partial-sums.ts` shows the result.
 * Not exact: the order of additions changes, but always to the same one.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { inParts, longSumAt, partCountOf } from '../schedule/partial-sums.ts';
import type { Target } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function splitReductions(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'split-reductions',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('split', overrides(program), loop => {
        const sum = longSumAt(loop);
        if (!sum) return undefined;
        const after = inParts(sum, target, names);
        const [array, over] = [sum.leaf.node.name, sum.innermost.loop];
        const step = { kind: 'split', array, over, parts: partCountOf(sum) } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}
