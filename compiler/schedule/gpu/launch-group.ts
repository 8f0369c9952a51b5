/** Independent kernels in one launch: which may share it, and the `launch` loop around them. */
import { type LoopVar, loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { sizeOf } from '../../core/tensor-node.ts';
import { conflict, declaredIn, loopsNamedIn, usedIn } from '../../loop/facts.ts';
import { block, type Comment, type For, forLoop, type Stmt } from '../../loop/ir.ts';
import { geometryOf } from '../../loop/kernel.ts';
import { visitStmts } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { boundNest, isNestOfBlocks, nestOfBlocks } from './bind.ts';
import { nestAt } from '../nest.ts';
import type { Gpu } from '../target.ts';

/** A nest, and the kernel that it would be by itself. */
export interface Member {
  readonly nest: For;
  readonly kernel: For;
  readonly blocks: number;
  readonly threads: number;
  readonly sharedBytes: number;
  /** The comments that precede the nest. */
  readonly comments: readonly Comment[];
}

/** Undefined for anything but a nest that is not a kernel yet. */
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

/** A thread computes the turn's number in 32 bits. */
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

/** Shared bytes of all members together: every block of the launch reserves them, whether it uses them or not. */
const mostShared = 16 * 1024;

/** Threads of a block, so that each has enough registers. */
const mostThreads = 512;

/** Whether a nest may be launched with others: they are independent, and none becomes slower. */
export function mayJoin(one: Member, others: readonly Member[], gpu: Gpu): boolean {
  const all = [...others, one];
  const threads = Math.max(...all.map(member => member.threads));
  const shared = all.reduce((sum, { sharedBytes }) => sum + sharedBytes, 0);
  return (
    threads <= mostThreads &&
    shared <= mostShared &&
    all.every(member => isAtHome(member, threads, gpu)) &&
    others.every(other => !conflict(other.nest, one.nest)) &&
    argumentsOf(all) <= gpu.mostArguments
  );
}

/** Whether blocks of so many threads suit a member. If most of the threads would idle, it may only have few blocks. */
function isAtHome(member: Member, threads: number, { processors }: Gpu): boolean {
  const isGrid = member.kernel.mode === 'grid';
  return isGrid || member.threads * 2 >= threads || member.blocks <= processors;
}

/** How many kernel arguments a statement needs: outside arrays, and indices bound outside. */
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
