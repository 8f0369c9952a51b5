/**
 * Runs loops over the same vectors as one, so that what one leaves stays in registers for the next.
 *
 *   before   for o < 16 { for v < 4 unrolled { for l < 16 vector { d[64*o + 16*v + l] := x[…] - mean; } } }
 *            for i < 16 { for v < 4 unrolled { for l < 16 vector { s_parts[16*v + l] += d[64*i + …] ** 2; } } }
 *
 *   after    for o < 16 {
 *              for v < 4 unrolled { for l < 16 vector { d[64*o + 16*v + l] := x[…] - mean; } }
 *              for v < 4 unrolled { for l < 16 vector { s_parts[16*v + l] += d[64*o + …] ** 2; } }
 *            }
 *
 * Only where no turn of one needs another turn of the other, so every bit stays. Arrays of which then
 * a turn uses no more than its vectors are as short.
 */
import { at } from '../core/index-expr.ts';
import { areIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, type Program, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { fuseNeighbours, useSame } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import { isOnVectors } from '../schedule/vector-loop.ts';
import { contractArrays } from './contract-arrays.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseVectors(overrides = noOverrides): Pass {
  return {
    name: 'fuse-vectors',
    run: (program, note) => fused(program, overrides(program), note),
  };
}

/** Again, until nothing changes: a fused loop may pass others, or meet them. */
function fused(program: Program, overrideOf: OverrideOf, note: Note | undefined): Program {
  const body = fuseNeighbours(program.body, (a, b) => {
    if (overrideOf(a).fuse === false || overrideOf(b).fuse === false) return undefined;
    const both = runAsOne(a, b);
    const step = both && ({ kind: 'fuse', loop: both.loop, turns: both.extent } as const);
    if (step) note?.({ about: 'nest', step, before: [a, b], after: both });
    return both;
  });
  if (body === program.body) return program;
  return fused(contractArrays(withBody(program, body), note), overrideOf, note);
}

function runAsOne(a: For, b: For): For | undefined {
  const isSo = a.extent === b.extent && isOnVectors(a) && isOnVectors(b) && useSame(a, b);
  if (!isSo) return undefined;
  const after = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(after)]));
  return areIndependent(both, a.body, after) ? both : undefined;
}
