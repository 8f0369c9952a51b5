/**
 * Loops of a block whose copies run ahead: while threads use what one turn has copied, the copies of the next turn, or the
 * next few (`pipelined 4`: three), are on their way.
 *
 *     for i < 49 pipelined {
 *       local x_rows: f32[16, 132];
 *       for t < 512 thread { x_rows[…] := x[…]; }
 *       for t < 256 thread { … x_rows[…] … }
 *     }
 *
 * The meaning is that of the loop in order. The checks here make sure that nobody can tell the difference: the arrays are
 * declared in the turn, so that each turn may have memory of its own; copies fill them, and need nothing that the rest
 * of a turn stores.
 */
import type { LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { usedIn, writtenIn } from './facts.ts';
import { type For, forLoop, statementsOf, type Stmt } from './ir.ts';

/** Turns whose arrays are there at once where nothing is said: one is used, the next one comes. */
const usualStages = 2;

/**
 * Turns that groups of warps are late: their products go on while they begin the next ones, and hold the place of
 * another turn, if there are more than two.
 */
export function turnsLate(hasGroups: boolean, stages: number): 0 | 1 {
  return hasGroups && stages > 2 ? 1 : 0;
}

/** One is used, the others come. */
export function stagesOf({ stages = usualStages }: Pick<For, 'stages'>): number {
  return stages;
}

/** A loop whose copies run `stages - 1` iterations ahead; with one stage, an ordinary loop. */
export function pipelinedLoop(loop: LoopVar, extent: number, body: Stmt, stages: number): For {
  if (stages === 1) return forLoop(loop, extent, body);
  const pipelined = forLoop(loop, extent, body, 'pipelined');
  return stages === usualStages ? pipelined : { ...pipelined, stages };
}

export interface Pipeline {
  /** The arrays of each iteration. */
  readonly arrays: readonly TensorNode[];
  /** Loops that fill them: of threads, or bulk copies. */
  readonly copies: readonly For[];
  /** Thread loops that use them. */
  readonly uses: readonly For[];
}

/** The parts of a turn: declarations, then thread loops, of which copies are those that store to what is declared. */
export function pipelineOf({ body }: For): Pipeline {
  const parts = statementsOf(body);
  const arrays = parts.flatMap(s => (s.kind === 'declare' ? [s.node] : []));
  const loops = parts.flatMap(s => (s.kind === 'for' ? [s] : []));
  const isCopy = (s: Stmt): boolean => [...writtenIn(s)].some(node => arrays.includes(node));
  return { arrays, copies: loops.filter(isCopy), uses: loops.filter(s => !isCopy(s)) };
}

/** Why copies may not run ahead, in words. */
export function brokenPipeline(loop: For): readonly string[] {
  const { arrays, copies, uses } = pipelineOf(loop);
  const expected: readonly Stmt[] = [...copies, ...uses];
  const loops = statementsOf(loop.body).filter(s => s.kind !== 'declare');
  const isInOrder = loops.every((s, i) => s === expected[i]);
  const areLoops =
    copies.every(({ mode }) => mode === 'thread' || mode === 'bulk') &&
    uses.every(({ mode }) => mode === 'thread');
  const later = new Set(uses.flatMap(s => [...writtenIn(s)]));
  const complaints = copies.flatMap(copy => {
    const others = [...writtenIn(copy)].filter(node => !arrays.includes(node));
    const needed = [...usedIn(copy)].filter(node => later.has(node));
    return [
      ...others.map(({ name }) => `${name} is stored to where pipelined ${loop.loop} copies`),
      ...needed.map(({ name }) => `pipelined ${loop.loop} copies ${name} before it is stored to`),
    ];
  });
  const [stages, turns] = [stagesOf(loop), loop.extent];
  if (stages < 2 || (stages > usualStages && stages > turns))
    complaints.push(`pipelined ${loop.loop} of ${turns} turns has ${stages} stages`);
  if (!isInOrder || !areLoops)
    complaints.push(`pipelined ${loop.loop} holds more than copies and thread loops after them`);
  return complaints;
}
