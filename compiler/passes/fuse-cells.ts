/**
 * Runs loops over the same cells as one, before they are cut into vectors: then what no full vectors are
 * left for is cut off once for all of them, and stands between none of them.
 *
 *   before   for o < 777 { d[o] := x[b, o] - mean; }
 *            for o < 777 { y[b, o] := d[o] * scale[o]; }
 *
 *   after    for o < 777 { local d: f32; d := x[b, o] - mean; y[b, o] := d * scale[o]; }
 *
 * Only loops that `vectorise` takes, and where no turn of one needs another turn of the other, so every bit
 * stays. Sums have their turns in an order of their own: `fuse-vectors` has those.
 */
import { at } from '../core/index-expr.ts';
import { areIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, type Program, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { isForVectors } from '../schedule/for-vectors.ts';
import { fuseNeighbours, useSame } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { contractArrays } from './contract-arrays.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseCells(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'fuse-cells',
    run: (program, note) => fused(program, { target, overrideOf: overrides(program), note }),
  };
}

interface Options {
  readonly target: Target;
  readonly overrideOf: OverrideOf;
  readonly note: Note | undefined;
}

/** Again, until nothing changes: a fused loop may pass others, or meet them. */
function fused(program: Program, options: Options): Program {
  const { target, overrideOf, note } = options;
  const staysApart = (loop: For): boolean => {
    const { fuse, vectorise } = overrideOf(loop);
    return fuse === false || vectorise === false;
  };
  const body = fuseNeighbours(program.body, (a, b, around) => {
    if (a.extent !== b.extent || !useSame(a, b)) return undefined;
    const isFor = [a, b].every(loop => !staysApart(loop) && isForVectors(loop, around, target));
    const both = isFor ? runAsOne(a, b) : undefined;
    if (!both || !isForVectors(both, around, target)) return undefined;
    const step = { kind: 'fuse', loop: both.loop, turns: both.extent } as const;
    note?.({ about: 'nest', step, before: [a, b], after: both });
    return both;
  });
  if (body === program.body) return program;
  return fused(contractArrays(withBody(program, body), note), options);
}

function runAsOne(a: For, b: For): For | undefined {
  const after = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(after)]));
  return areIndependent(both, a.body, after) ? both : undefined;
}
