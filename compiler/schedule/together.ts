/** Kernels that need nothing of each other, at one launch: which may share one, and the loop around them. */
import { type LoopVar, loopVar } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { sizeOf } from '../core/tensor-node.ts';
import { declaredIn, loopsNamedIn, usedIn } from '../loop/facts.ts';
import { block, type Comment, type For, forLoop, type Stmt } from '../loop/ir.ts';
import { geometryOf } from '../loop/kernel.ts';
import { visitStmts } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import { boundNest, isNestOfBlocks, nestOfBlocks } from './bind.ts';
import { nestAt } from './nest.ts';
import { meet } from './neighbours.ts';
import type { Gpu } from './target.ts';

/** A nest as the kernel that it would be by itself. */
export interface Member {
  readonly nest: For;
  readonly kernel: For;
  readonly blocks: number;
  readonly threads: number;
  readonly sharedBytes: number;
  /** What the nest is about. */
  readonly comments: readonly Comment[];
}

/** Undefined for what is no nest, or a kernel already. */
export function memberAt(
  s: Stmt,
  comments: readonly Comment[],
  gpu: Gpu,
  names: Names,
): Member | undefined {
  const nest = s.kind === 'for' && isSerial(s) ? nestAt(s) : undefined;
  if (s.kind !== 'for' || !nest) return undefined;
  if (product(nest.loops.map(l => l.extent)) > mostTurns) return undefined;
  const kernel = isNestOfBlocks(nest, gpu) ? nestOfBlocks(nest, names) : boundNest(nest, 'grid');
  const sharedBytes = kernel.mode === 'grid' ? 0 : bytesDeclaredIn(kernel);
  return { nest: s, kernel, ...geometryOf(kernel), sharedBytes, comments };
}

/** A thread counts the turns of its kernel with 32 bits. */
const mostTurns = 2 ** 30;

function isSerial(s: For): boolean {
  let isSo = true;
  visitStmts(s, part => {
    isSo &&= part.kind !== 'for' || part.mode === 'serial';
  });
  return isSo;
}

function bytesDeclaredIn(s: Stmt): number {
  return [...declaredIn(s)].map(sizeOf).reduce((a, b) => a + b, 0);
}

/** Of arrays in blocks of all members: one that needs none of them has them, too. */
const mostShared = 16 * 1024;

/** Of a block, so that each has registers enough. */
const mostThreads = 512;

/** Whether a nest may be launched with others: it needs nothing of them, and none is slower for it. */
export function mayJoin(one: Member, others: readonly Member[], gpu: Gpu): boolean {
  const all = [...others, one];
  const threads = Math.max(...all.map(member => member.threads));
  const shared = all.reduce((sum, { sharedBytes }) => sum + sharedBytes, 0);
  return (
    threads <= mostThreads &&
    shared <= mostShared &&
    all.every(member => isAtHome(member, threads, gpu)) &&
    others.every(other => !meet(other.nest, one.nest)) &&
    argumentsOf(all) <= gpu.mostArguments
  );
}

/** Whether blocks of so many threads suit it: where most of them would have nothing to do, few blocks may have them. */
function isAtHome(member: Member, threads: number, { processors }: Gpu): boolean {
  const isGrid = member.kernel.mode === 'grid';
  return isGrid || member.threads * 2 >= threads || member.blocks <= processors;
}

/** Arrays from outside, and indices of the program or of loops around. */
export function argumentsIn(s: Stmt): number {
  const declared = declaredIn(s);
  const bound = new Set<LoopVar>();
  visitStmts(s, part => {
    if (part.kind === 'for') bound.add(part.loop);
  });
  const arrays = [...usedIn(s)].filter(node => !declared.has(node));
  const indices = [...loopsNamedIn(s)].filter(loop => !bound.has(loop));
  return arrays.length + indices.length;
}

function argumentsOf(members: readonly Member[]): number {
  return argumentsIn(block(members.map(({ nest }) => nest)));
}

/** One launch for all of them. */
export function launchOf(members: readonly Member[], names: Names): For {
  const together = loopVar(names.fresh('together'));
  const body = members.flatMap(({ comments, kernel }) => [...comments, kernel]);
  return forLoop(together, 1, block(body), 'launch');
}
