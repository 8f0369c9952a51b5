/**
 * Runs loops over the same rows as one, so that what one row of a chain of operations leaves is still
 * in the cache, or in a register, when the next one needs it; and keeps of an array that lives for
 * one turn no more than that turn's part.
 *
 *   before   for b < 4096 { for i < 1024 { m[b] max= x[b, i]; } }
 *            for b < 4096 { for i < 1024 { e[b, i] := exp(x[b, i] - m[b]); } }
 *
 *   after    for b < 4096 {
 *              local m: f32;
 *              local e: f32[1024];
 *              for i < 1024 { m max= x[b, i]; }
 *              for i < 1024 { e[i] := exp(x[b, i] - m); }
 *            }
 *
 * Loops are fused whose turns do not need each other, before and after, so every bit stays. Loops
 * with tiles in them stay as they are, and so do small ones.
 */
import { at, plus } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { areIndependent, isIndependent } from '../loop/independent.ts';
import { type For, forLoop, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn, visitStmts } from '../loop/traverse.ts';
import { turnsIn } from '../schedule/nest.ts';
import { footprintOf, type Fusion, meet } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { fuseAgain, inOneLoop } from './fuse-again.ts';
import type { Pass } from './pipeline.ts';

export function fuseLoops(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'fuse-loops',
    run: (program, note) => {
      // A row that leaves the cache before it is used again might as well be in memory.
      const mostBytes = target.gpu ? undefined : target.cacheBytes;
      return fuseAgain(program, fusionFor(target, overrides(program)), { note, mostBytes });
    },
  };
}

function fusionFor(target: Target, overrideOf: OverrideOf): Fusion {
  return (a, b, around) =>
    overrideOf(a).fuse === false || overrideOf(b).fuse === false
      ? undefined
      : runAsOne(a, b, around, target);
}

function runAsOne(a: For, b: For, around: readonly For[], target: Target): For | undefined {
  if (!isPlain(a) || !isPlain(b) || !isWorth(a, b, target)) return undefined;
  const [first, second] = [splitLike(a, b), splitLike(b, a)];
  if (first.extent !== second.extent || turnsIn(first) < target.leastTurns) return undefined;
  const both = inTurns(first, second, around);
  return both && target.gpu ? asBlocks(both, target.gpu.processors) : both;
}

/**
 * Of a GPU each turn gets a block, so there have to be many: where those of a loop are few, together with those
 * of the one loop in it.
 *
 *   for b < 8 { for s < 128 { … } for s < 128 { … } }   →   for b < 8 { for s < 128 { … … } }
 */
function asBlocks(both: For, fewest: number): For | undefined {
  const { loop, extent, body } = both;
  if (extent >= fewest) return both;
  const [a, b, ...others] = statementsOf(body);
  if (a?.kind !== 'for' || b?.kind !== 'for' || others.length > 0) return undefined;
  const inner = a.extent === b.extent ? inTurns(a, b, [both]) : undefined;
  const blocks = inner && asBlocks(inner, fewest / extent);
  return blocks && forLoop(loop, extent, blocks);
}

/** Loops of as many turns, when none of the turns needs another one. */
function inTurns(first: For, second: For, around: readonly For[]): For | undefined {
  const { both, after } = inOneLoop(first, second);
  if (isIndependent(both)) return both;
  // Threads have their turns already: the sums down columns stay beside the rows.
  const isInParallel = holdsLoops(first) && holdsLoops(second) && around.some(isIndependent);
  return isInParallel && areIndependent(both, first.body, after) ? both : undefined;
}

/** Where the other loop takes as many turns block by block, a loop that does so. */
function splitLike(loop: For, other: For): For {
  const size = loop.extent / other.extent;
  const isBlocked = statementsOf(other.body).some(s => s.kind === 'for' && s.extent === size);
  if (size === 1 || !isBlocked) return loop;
  const turn = plus(at(other.loop, size), at(loop.loop));
  const body = substituteLoopsIn(loop.body, new Map([[loop.loop, turn]]));
  return forLoop(other.loop, other.extent, forLoop(loop.loop, size, body));
}

function holdsLoops(loop: For): boolean {
  return statementsOf(loop.body).some(s => s.kind === 'for');
}

function isPlain(loop: For): boolean {
  let isSo = true;
  visitStmts(loop, s => {
    isSo &&= s.kind !== 'for' || s.mode === 'serial';
  });
  return isSo;
}

/** Whether one needs the other, or they read the same, which is more than a cache holds. */
function isWorth(a: For, b: For, { cacheBytes }: Target): boolean {
  if (meet(a, b)) return true;
  const read = footprintOf(b).used;
  return [...footprintOf(a).used].some(node => read.has(node) && bytesIn(node) > cacheBytes);
}

function bytesIn(node: TensorNode): number {
  return cellsOf(node) * bytesOf[node.dtype];
}
