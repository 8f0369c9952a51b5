/**
 * Fuses loops over the same vectors, so that results stay in registers.
 *
 *   before   for o < 16 { for v < 4 unrolled { for l < 16 vector { d[64*o + 16*v + l] := x[…] - mean; } } }
 *            for i < 16 { for v < 4 unrolled { for l < 16 vector { s_parts[16*v + l] += d[64*i + …] ** 2; } } }
 *
 *   after    for o < 16 {
 *              for v < 4 unrolled { for l < 16 vector { d[64*o + 16*v + l] := x[…] - mean; } }
 *              for v < 4 unrolled { for l < 16 vector { s_parts[16*v + l] += d[64*o + …] ** 2; } }
 *            }
 *
 * Only if no turn of one depends on another turn of the other. Exact. Arrays shrink to the vectors of one turn if
 * nothing else uses them.
 */
import { areIndependent } from '../loop/independent.ts';
import type { For } from '../loop/ir.ts';
import type { Fusion } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import { isOnVectors } from '../schedule/vector-loop.ts';
import { fuseAgain, inOneLoop } from './fuse-again.ts';
import type { Pass } from './pipeline.ts';

export function fuseVectors(overrides = noOverrides): Pass {
  return {
    name: 'fuse-vectors',
    run: (program, note) => fuseAgain(program, fusionBy(overrides(program)), { note }),
  };
}

function fusionBy(overrideOf: OverrideOf): Fusion {
  return (a, b) =>
    overrideOf(a).fuse === false || overrideOf(b).fuse === false ? undefined : runAsOne(a, b);
}

function runAsOne(a: For, b: For): For | undefined {
  const isSo = a.extent === b.extent && isOnVectors(a) && isOnVectors(b);
  if (!isSo) return undefined;
  const { both, after } = inOneLoop(a, b);
  return areIndependent(both, a.body, after) ? both : undefined;
}
