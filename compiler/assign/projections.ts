/** The loops an assignment needs and each operand's subscript. */
import { coverageOf, isOneToOne } from '../core/index-cover.ts';
import { type Index, loopsIn, type LoopVar, printIndex } from '../core/index-expr.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import { accessesOf } from './traverse.ts';
import type { Assign } from './ir.ts';

export interface Projections {
  /** The product space. Axes are named after the row they run along: `b`, `o`, `i`. */
  readonly axes: readonly ProductAxis[];
  /** One subscript per slot; slot 0 is the target of the assignment as it was written. */
  readonly slots: readonly Rows<Index>[];
  /** Static symbols that subscripts mention, by the name they have there. */
  readonly symbols: ReadonlyMap<LoopVar, StaticSymbol>;
  /** How the language says this: `.`, `@`, an einsum spec, or `@| batch` for a slice. */
  readonly logic: string;
}

export interface ProductAxis {
  readonly loop: LoopVar;
  readonly extent: number;
}

/** What an array has once per axis, by the row the axis belongs to. */
export interface Rows<T> {
  readonly batch: readonly T[];
  readonly input: readonly T[];
  readonly output: readonly T[];
}

/** In memory order: batch, output, input. */
export function inMemoryOrder<T>({ batch, output, input }: Rows<T>): readonly T[] {
  return [...batch, ...output, ...input];
}

export function subscriptOf({ projections }: HasProjections, slot: number): readonly Index[] {
  const rows = projections.slots[slot];
  return rows === undefined ? [] : inMemoryOrder(rows);
}

interface HasProjections {
  readonly projections: Projections;
}

/**
 * The product axes in the order to loop over them: as the target's subscript meets them, then as
 * the operands' do. So a reduction runs innermost, over the last operands' order.
 */
export function loopOrder<N>(a: Assign<N, Projections>): readonly ProductAxis[] {
  const slots = [a.target.slot, ...accessesOf(a.value).map(access => access.slot)];
  const met = slots.flatMap(slot => subscriptOf(a, slot).flatMap(loopsIn));
  const order = [...new Set([...met, ...a.projections.axes.map(axis => axis.loop)])];
  return a.projections.axes.toSorted((x, y) => order.indexOf(x.loop) - order.indexOf(y.loop));
}

/** No two points of the product space share a target cell, as far as this can tell. */
export function isInjective<N>(a: Assign<N, Projections>): boolean {
  return isOneToOne(subscriptOf(a, a.target.slot), a.projections.axes);
}

/** Every cell of a target with these dims is reached, as far as this can tell. */
export function isSurjective<N>(a: Assign<N, Projections>, dims: readonly number[]): boolean {
  return coverageOf(subscriptOf(a, a.target.slot), dims, a.projections.axes) !== undefined;
}

/** The subscripts of some slots as an einsum spec: `b|o; b|i => i->o`. */
export function specOf(
  projections: Projections,
  operands: readonly number[],
  target: number,
): string {
  const shape = (slot: number): string => {
    const rows = projections.slots[slot] ?? { batch: [], input: [], output: [] };
    const wide = projections.axes.some(axis => axis.loop.length > 1);
    const text = (row: readonly Index[]): string => {
      const axes = row.map(ix => printIndex(ix));
      return axes.join(wide || axes.some(axis => axis.length > 1) ? ', ' : '');
    };
    const batch = rows.batch.length > 0 ? `${text(rows.batch)}|` : '';
    const input = rows.input.length > 0 ? `${text(rows.input)}->` : '';
    return `${batch}${input}${text(rows.output)}`;
  };
  return `${operands.map(shape).join('; ')} => ${shape(target)}`;
}
