/**
 * Makes the taps of a filter the innermost loop of a convolution's sum. What one tap reads for a pixel the next tap reads
 * for the pixel before, so a tile of pixels then loads it once for all taps (`../schedule/tile/sliding.ts`).
 *
 *   before   for v < 28 { for o < 64 { … for j < 3 { for c < 64 { s += x[v + j, c] * w[j, c, o]; } } … } }
 *   after    for v < 28 { for o < 64 { … for c < 64 { for j < 3 { s += x[v + j, c] * w[j, c, o]; } } … } }
 *
 * Needs sums in scalars. Not exact: the order of additions changes, but always to the same one, on any processor.
 */
import { block, type For, forLoops, type Stmt } from '../loop/ir.ts';
import { underConditions } from '../schedule/tile/conditions.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { type Nest, nestAt, turnsOf } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { onlySumOf, type Sliding, slidingIn } from '../schedule/tile/sliding.ts';
import type { Target } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function tapsLast(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'taps-last',
    run: (program, note) => {
      const overrideOf = overrides(program);
      const rule = unless('split', overrideOf, loop => {
        const nest = nestAt(loop);
        if (!nest || !onlySumOf(nest)) return undefined;
        // A nest is looked at as a whole, and not again less a loop around it.
        const found = turnsOf(nest) >= target.leastTurns ? slidingIn(nest) : undefined;
        const isAsWritten = overrideOf(loop).interchange === false;
        if (!found || isAsWritten || found.sum.loops.at(-1) === found.taps) return loop;
        const after = reordered(nest, found);
        const step = { kind: 'interchange', moved: [found.taps.loop], inside: true } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

function reordered({ loops, body }: Nest, { sum, taps }: Sliding): Stmt {
  const order: readonly For[] = [...sum.loops.filter(l => l !== taps), taps];
  const terms = underConditions(order, sum.conditions, sum.leaf);
  return forLoops(loops, block(body.map(s => (s === sum.loops[0] ? terms : s))));
}
