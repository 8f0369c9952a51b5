/**
 * Fuses loops over the same rows, so that the intermediate results of a row are still in the cache, or in a register, when
 * the next operation needs them; and shrinks arrays used by one turn only to that turn's part.
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
 * Exact: turns are independent before and after. Loops that contain tiles are left alone, and so are small ones.
 */
import { at, plus } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { conflict, remembered, usedIn } from '../loop/facts.ts';
import { areIndependent, isIndependent } from '../loop/independent.ts';
import { type For, forLoop, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn, visitStmts } from '../loop/traverse.ts';
import { turnsIn } from '../schedule/nest.ts';
import type { Fusion } from '../schedule/neighbours.ts';
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
 * On a GPU each turn is a block, so there must be many turns: if one loop has too few, it is fused together with the
 * loop inside it.
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

/** Fuses two loops of equal extent, if no turn depends on another turn. */
function inTurns(first: For, second: For, around: readonly For[]): For | undefined {
  const { both, after } = inOneLoop(first, second);
  if (isIndependent(both)) return both;
  // Threads share turns already: the column sums stay beside the rows.
  const isInParallel = holdsLoops(first) && holdsLoops(second) && around.some(isIndependent);
  return isInParallel && areIndependent(both, first.body, after) ? both : undefined;
}

/** A loop split into the same blocks as the other loop, if that runs block by block. */
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

/** Remembered, since each loop is a candidate beside several others. */
const isPlain = remembered((loop: For): boolean => {
  let isSo = true;
  visitStmts(loop, s => {
    isSo &&= s.kind !== 'for' || s.mode === 'serial';
  });
  return isSo;
});

/** Whether fusing gains anything: one depends on the other, or both read an array that no cache holds. */
function isWorth(a: For, b: For, { cacheBytes }: Target): boolean {
  if (conflict(a, b)) return true;
  const read = usedIn(b);
  return [...usedIn(a)].some(node => read.has(node) && bytesIn(node) > cacheBytes);
}

function bytesIn(node: TensorNode): number {
  return cellsOf(node) * bytesOf[node.dtype];
}
