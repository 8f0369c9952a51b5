/**
 * Fuses nests over the same cells, down to single cells, so that a thread keeps intermediate results in registers; and
 * flattens loops over contiguous cells into one. Exact.
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
 * Fuses a loop with one that depends on it, if turns are independent before and after. If all subscripts are the digits
 * of one flat index, the generated code uses that index: the same code then serves arrays of any shape.
 */
import { Names } from '../../core/names.ts';
import { conflict, namesIn, usedIn } from '../../loop/facts.ts';
import type { For, Stmt } from '../../loop/ir.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { asOneNest, cellNestAt, counted } from '../../schedule/gpu/elementwise-nest.ts';
import type { Fusion } from '../../schedule/neighbours.ts';
import { noOverrides } from '../../schedule/override.ts';
import type { Gpu } from '../../schedule/target.ts';
import type { Note } from '../decision.ts';
import { fuseAgain } from '../fuse-again.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function fuseToCells({ mostArguments }: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'fuse-to-cells',
    run: (program, note) => {
      const overrideOf = overrides(program);
      const mayFuse = (a: For, b: For): boolean =>
        overrideOf(a).fuse !== false &&
        overrideOf(b).fuse !== false &&
        usedIn(a).size + usedIn(b).size <= mostArguments;
      const fusion: Fusion = (a, b) =>
        conflict(a, b) && mayFuse(a, b) ? asOneNest(a, b) : undefined;
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
