/**
 * Fuses loops over the same cells before they are vectorised, so that they have one common remainder loop instead of
 * one each, which would keep them apart.
 *
 *   before   for o < 777 { d[o] := x[b, o] - mean; }
 *            for o < 777 { y[b, o] := d[o] * scale[o]; }
 *
 *   after    for o < 777 { local d: f32; d := x[b, o] - mean; y[b, o] := d * scale[o]; }
 *
 * Only loops that `vectorise` takes, and only if no turn of one depends on another turn of the other. Exact. Sums are
 * left to `fuse-vectors`, since they run their turns in an order of their own.
 */
import { areIndependent } from '../loop/independent.ts';
import type { For } from '../loop/ir.ts';
import { isForVectors } from '../schedule/vectorisable.ts';
import type { Fusion } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { fuseAgain, inOneLoop } from './fuse-again.ts';
import type { Pass } from './pipeline.ts';

export function fuseCells(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'fuse-cells',
    run: (program, note) => fuseAgain(program, fusionFor(target, overrides(program)), { note }),
  };
}

function fusionFor(target: Target, overrideOf: OverrideOf): Fusion {
  const mayBe = (loop: For, around: readonly For[]): boolean => {
    const { fuse, vectorise } = overrideOf(loop);
    return fuse !== false && vectorise !== false && isForVectors(loop, around, target);
  };
  return (a, b, around) => {
    if (a.extent !== b.extent) return undefined;
    if (!mayBe(a, around) || !mayBe(b, around)) return undefined;
    const { both, after } = inOneLoop(a, b);
    const isSo = areIndependent(both, a.body, after) && isForVectors(both, around, target);
    return isSo ? both : undefined;
  };
}
