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
import { footprintOf, fuseNeighbours } from '../schedule/neighbours.ts';
import { isOnVectors } from '../schedule/vector-loop.ts';
import { contractArrays } from './contract-arrays.ts';
import { type Pass, withBody } from './pipeline.ts';

export const fuseVectors: Pass = { name: 'fuse-vectors', run: fused };

/** Again, until nothing changes: a fused loop may pass others, or meet them. */
function fused(program: Program): Program {
  const body = fuseNeighbours(program.body, fusedOf);
  return body === program.body ? program : fused(contractArrays(withBody(program, body)));
}

function fusedOf(a: For, b: For): For | undefined {
  const isSo = a.extent === b.extent && isOnVectors(a) && isOnVectors(b) && touchSame(a, b);
  if (!isSo) return undefined;
  const after = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(after)]));
  return areIndependent(both, a.body, after) ? both : undefined;
}

function touchSame(a: For, b: For): boolean {
  const used = footprintOf(b).used;
  return [...footprintOf(a).used].some(node => used.has(node));
}
