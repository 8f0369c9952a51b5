/**
 * What loops say about a GPU. A kernel is what runs at one launch, one after the other; it is
 *
 *   - nested `grid` loops: each of their turns is a thread. Who shares a block with whom does not matter.
 *
 *         for b < 8 grid { for o < 512 grid { y[b, o] := relu(x[b, o]); } }
 *
 *   - or nested `block` loops: each of their turns is a block of threads. What stands in them stands in
 *     nested `thread` loops, whose turns the threads of the block share: a thread loop that needs what
 *     another one stored waits until all threads are there. Serial loops may stand between, all threads
 *     take their turns together; what is declared between is shared by the block.
 *
 *         for b < 8 block {
 *           local part: f32[256];
 *           for t < 256 thread { part[t] := x[b, t] + x[b, t + 256]; }
 *           for t < 128 thread { part[t] += part[t + 128]; }
 *           …
 *         }
 *
 *   - or a `launch` loop of one turn: the kernels in it, of which none stores what another one uses, share
 *     the blocks of one launch, those of the first one first.
 *
 *         for together < 1 launch {
 *           for o < 512 grid { w[o] -= 0.1 * w.grad[o]; }
 *           for o < 10 grid { b[o] -= 0.1 * b.grad[o]; }
 *         }
 *
 * What stands around kernels, serial loops alone, is done by whoever launches them.
 */
import { product } from '../support/list.ts';
import { type For, type Stmt, statementsOf } from './ir.ts';
import { privateArrays } from './private-arrays.ts';

/** Directly nested loops of one mode, the outermost first, and what the innermost one holds. */
export interface Chain {
  readonly loops: readonly For[];
  readonly body: Stmt;
}

export function chainAt(outermost: For): Chain {
  const loops = [outermost];
  let { body } = outermost;
  while (body.kind === 'for' && body.mode === outermost.mode) {
    loops.push(body);
    body = body.body;
  }
  return { loops, body };
}

export function turnsOfChain({ loops }: Chain): number {
  return product(loops.map(loop => loop.extent));
}

export function isKernel(s: Stmt): s is For {
  return s.kind === 'for' && (s.mode === 'grid' || s.mode === 'block' || s.mode === 'launch');
}

/** The kernels that a `launch` loop starts; any other kernel alone. */
export function membersOf(kernel: For): readonly For[] {
  return kernel.mode === 'launch' ? statementsOf(kernel.body).filter(isKernel) : [kernel];
}

// ── Sizes ───────────────────────────────────────────────────────────────────────────────────────

/** Blocks, and threads in each. */
export interface Geometry {
  readonly blocks: number;
  readonly threads: number;
}

/** Threads that run in step. */
export const warp = 32;
/** Threads of a block where nothing asks for another number: enough to hide what memory takes. */
const usualThreads = 256;
const fewestThreads = 64;
/** The least of the GPUs that are worth filling have about so many. */
const multiprocessors = 108;

export function geometryOf(kernel: For): Geometry {
  if (kernel.mode === 'launch') return geometryOfAll(membersOf(kernel));
  const chain = chainAt(kernel);
  const turns = turnsOfChain(chain);
  if (kernel.mode === 'block') return { blocks: turns, threads: threadsFor(kernel) };
  let threads = usualThreads;
  // Rather more blocks than a processor left idle.
  while (threads > fewestThreads && turns < threads * multiprocessors) threads /= 2;
  return turns <= threads
    ? { blocks: 1, threads: wholeWarps(turns) }
    : { blocks: Math.ceil(turns / threads), threads };
}

/** Blocks have one size: that of the kernel whose blocks are largest. */
function geometryOfAll(members: readonly For[]): Geometry {
  const threads = Math.max(warp, ...members.map(member => geometryOf(member).threads));
  const blocks = members.map(member => blocksOf(member, threads));
  return { blocks: blocks.reduce((a, b) => a + b, 0), threads };
}

/** How many blocks a kernel takes, if they have so many threads. */
export function blocksOf(kernel: For, threads: number): number {
  const turns = turnsOfChain(chainAt(kernel));
  return kernel.mode === 'block' ? turns : Math.ceil(turns / threads);
}

/**
 * As many as have a part of an array to themselves: one turn each. Otherwise as the largest thread loop
 * has turns, within bounds.
 */
function threadsFor(kernel: For): number {
  const own = [...privateArrays(kernel)].map(([{ dims }, axes]) => product(dims.slice(0, axes)));
  if (own.length > 0) return wholeWarps(Math.max(...own));
  const turns = threadLoopsIn(chainAt(kernel).body).map(turnsOfChain);
  return Math.min(usualThreads, wholeWarps(Math.max(1, ...turns)));
}

function threadLoopsIn(s: Stmt): readonly Chain[] {
  if (s.kind === 'block') return s.body.flatMap(threadLoopsIn);
  if (s.kind !== 'for') return [];
  return s.mode === 'thread' ? [chainAt(s)] : threadLoopsIn(s.body);
}

function wholeWarps(threads: number): number {
  return Math.max(1, Math.ceil(threads / warp)) * warp;
}
