/**
 * Binds nests to the threads of a GPU. A large nest is a launch of its own, with a thread (or a block) per turn.
 * Small nests share one block and are separated by barriers only: a launch would take longer than most layers of a
 * small network.
 */
import { at, loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { sizeOf } from '../../core/tensor-node.ts';
import { declaredIn, isLeaf, sitesUnder } from '../../loop/facts.ts';
import {
  block,
  constant,
  type Fill,
  type For,
  forLoop,
  type LoopMode,
  type Stmt,
  statementsOf,
  write,
} from '../../loop/ir.ts';
import { type Nest, nestAt, strideAlong } from '../nest.ts';
import { invariant } from '../../support/errors.ts';
import { product } from '../../support/list.ts';
import type { Gpu } from '../target.ts';
import { workOf } from '../work.ts';

/** Roughly how many turns one block does at once. */
const threadsOfBlock = 256;
/** The cost of a barrier, in steps. */
const stepsOfBarrier = 8;

/** Whether one block does it in about the time of a launch, or more blocks would gain nothing. */
export function suitsOneBlock(s: Stmt, gpu: Gpu): boolean {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  if (nest) {
    const isNarrow = turnsAtOnce(nest) <= gpu.fewTurns && !isNestOfBlocks(nest, gpu);
    return isNarrow || stepsInBlock(s) <= gpu.launchSteps;
  }
  if (s.kind === 'for' && holdsNests(s)) {
    const shared = [...declaredIn(s)].map(sizeOf).reduce((a, b) => a + b, 0);
    return shared <= mostShared && statementsOf(s.body).every(child => suitsOneBlock(child, gpu));
  }
  return s.kind !== 'fill' || stepsInBlock(s) <= gpu.launchSteps;
}

/** Shared bytes that a statement may declare for its turns. */
const mostShared = 16 * 1024;

function stepsInBlock(s: Stmt): number {
  if (s.kind === 'block') return s.body.reduce((sum, child) => sum + stepsInBlock(child), 0);
  if (s.kind === 'fill') return Math.ceil(workOf(s) / threadsOfBlock);
  if (s.kind !== 'for') return workOf(s);
  const nest = nestAt(s);
  if (!nest) return s.extent * (stepsInBlock(s.body) + stepsOfBarrier);
  const turns = turnsAtOnce(nest);
  return Math.ceil(turns / threadsOfBlock) * (workOf(s) / Math.max(1, turns));
}

function turnsAtOnce({ loops }: Nest): number {
  return product(loops.map(loop => loop.extent));
}

/** Whether each turn of a nest has enough work for a block of threads. */
export function isNestOfBlocks({ loops, body }: Nest, gpu: Gpu): boolean {
  const widest = Math.max(0, ...body.map(widthOf));
  const shared = body.flatMap(s => (s.kind === 'declare' ? [sizeOf(s.node)] : []));
  const bytes = shared.reduce((a, b) => a + b, 0);
  return loops.length > 0 && widest >= gpu.warp && bytes <= gpu.sharedBytes;
}

/** How many turns of a statement's loops may run at once. */
function widthOf(s: Stmt): number {
  if (s.kind === 'block') return Math.max(0, ...s.body.map(widthOf));
  if (s.kind !== 'for') return 0;
  const nest = nestAt(s);
  return nest ? turnsAtOnce(nest) : widthOf(s.body);
}

/** A block per turn of the nest, with its body shared by threads. */
export function nestOfBlocks({ loops, body }: Nest, names: Names): For {
  const inner = block(sharedByThreads(body, names));
  return boundLoops(loops, 'block', inner);
}

/** Whether it is, or contains, a loop with independent turns. */
export function holdsNests(s: Stmt): boolean {
  if (s.kind === 'block') return s.body.some(holdsNests);
  return s.kind === 'fill'
    ? s.node.dims.length > 0
    : s.kind === 'for' && (nestAt(s) !== undefined || holdsNests(s.body));
}

// ── Loops of a GPU ──────────────────────────────────────────────────────────────────────────────

/** A nest with its loops in one mode, ordered by their strides in what it stores last. */
export function boundNest({ loops, body }: Nest, mode: LoopMode): For {
  const stores = body.flatMap(s => sitesUnder(s)).filter(({ kind }) => kind !== 'read');
  const own = new Set(body.flatMap(s => [...declaredIn(s)]));
  const stored = stores.findLast(({ node }) => !own.has(node) && node.dims.length > 0);
  const stepOf = (l: For): number => Math.abs((stored && strideAlong(stored, l)) ?? 0);
  return boundLoops(
    loops.toSorted((a, b) => stepOf(b) - stepOf(a)),
    mode,
    block(body),
  );
}

function boundLoops([outermost, ...others]: readonly For[], mode: LoopMode, body: Stmt): For {
  invariant(outermost, () => 'a nest without loops');
  const inner = others.reduceRight<Stmt>((s, l) => forLoop(l.loop, l.extent, s, mode), body);
  return forLoop(outermost.loop, outermost.extent, inner, mode);
}

/** A fill as loops over the cells of the array. */
export function filledByLoops({ node, value, origins }: Fill, names: Names): Stmt {
  const loops = node.dims.map(extent => ({ loop: loopVar(names.fresh('k')), extent }));
  const cell = write(
    node,
    loops.map(({ loop }) => at(loop)),
    constant(node.dtype, value, origins),
    origins,
  );
  return loops.reduceRight<Stmt>((inner, { loop, extent }) => forLoop(loop, extent, inner), cell);
}

/** Statements in order, each shared by the threads of one block. */
export function inOneBlock(statements: readonly Stmt[], names: Names): For {
  const once = loopVar(names.fresh('once'));
  return forLoop(once, 1, block(sharedByThreads(statements, names)), 'block');
}

function sharedByThreads(statements: readonly Stmt[], names: Names): readonly Stmt[] {
  const out: Stmt[] = [];
  /** Statements that one thread does alone, collected until the next shared one. */
  let alone: Stmt[] = [];
  const flush = (): void => {
    if (alone.length > 0)
      out.push(forLoop(loopVar(names.fresh('alone')), 1, block(alone), 'thread'));
    alone = [];
  };
  for (const s of statements) {
    const shared = sharedByThreadsOf(s, names);
    if (shared === undefined) alone.push(s);
    else {
      flush();
      out.push(...shared);
    }
  }
  flush();
  return out;
}

/** Undefined if one thread has to do it alone. */
function sharedByThreadsOf(s: Stmt, names: Names): readonly Stmt[] | undefined {
  if (s.kind === 'fill' && s.node.dims.length > 0)
    return sharedByThreadsOf(filledByLoops(s, names), names);
  if (s.kind === 'block') return sharedByThreads(s.body, names);
  if (s.kind !== 'for') return isLeaf(s) ? undefined : [s];
  const nest = nestAt(s);
  if (nest) return [boundNest(nest, 'thread')];
  if (!holdsNests(s)) return undefined;
  return [{ ...s, body: block(sharedByThreads(statementsOf(s.body), names)) }];
}
