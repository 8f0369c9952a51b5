/**
 * Runs what is done to the same cells one after the other as one nest, down to single cells, so that a thread
 * of a GPU has in registers what it has computed; and counts cells that lie in a row with one loop. Exact.
 *
 *   before   for o < 256 {
 *              for i < 128 { mean[o, i] := 0.9 * mean[o, i] + 0.1 * g[o, i]; }
 *              for i < 128 { w[o, i] -= rate * mean[o, i]; }
 *            }
 *
 *   after    for cell < 32768 {
 *              mean[cell / 128, cell % 128] := 0.9 * mean[cell / 128, cell % 128] + 0.1 * g[…];
 *              w[cell / 128, cell % 128] -= rate * mean[cell / 128, cell % 128];
 *            }
 *
 * Loops are fused whose turns do not need each other, before and after, and of which one needs the other. Where
 * all subscripts are the digits of one count, C has the count: arrays of any shape are then done alike.
 */
import { Names } from '../core/names.ts';
import { namesIn, usedIn } from '../loop/facts.ts';
import type { For, Stmt } from '../loop/ir.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { asOneNest, cellNestAt, counted } from '../schedule/cell-nest.ts';
import { type Fusion, meet } from '../schedule/neighbours.ts';
import { noOverrides } from '../schedule/override.ts';
import type { Gpu } from '../schedule/target.ts';
import type { Note } from './decision.ts';
import { fuseAgain } from './fuse-again.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseToCells({ mostArguments }: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'fuse-to-cells',
    run: (program, note) => {
      const overrideOf = overrides(program);
      const mayFuse = (a: For, b: For): boolean =>
        overrideOf(a).fuse !== false &&
        overrideOf(b).fuse !== false &&
        usedIn(a).size + usedIn(b).size <= mostArguments;
      const fusion: Fusion = (a, b) => (meet(a, b) && mayFuse(a, b) ? asOneNest(a, b) : undefined);
      const fused = fuseAgain(program, fusion, { note });
      const names = new Names(namesIn(fused));
      return withBody(
        fused,
        rewriteOutermost(fused.body, s => countedAt(s, names, note)),
      );
    },
  };
}

function countedAt(s: Stmt, names: Names, note: Note | undefined): Stmt | undefined {
  const nest = s.kind === 'for' ? cellNestAt(s) : undefined;
  const after = nest && counted(nest, names);
  if (!nest || !after) return undefined;
  const step = { kind: 'count', loops: nest.loops.map(l => l.loop), turns: after.extent } as const;
  note?.({ about: 'nest', step, before: [s], after });
  return after;
}
