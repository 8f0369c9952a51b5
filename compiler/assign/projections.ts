/** The loops an assignment needs and each operand's subscript. */
import { coverageOf, isOneToOne } from '../core/index-cover.ts';
import { asLoop, type Index, loopsIn, type LoopVar, printIndex } from '../core/index-expr.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import { accessesOf, readsOf } from './traverse.ts';
import type { Access, Assign } from './ir.ts';

export interface Projections {
  /** The product space. Axes are named after the row they run along: `b`, `o`, `i`. */
  readonly axes: readonly ProductAxis[];
  /** One subscript per slot; slot 0 is the target of the assignment as it was written. */
  readonly slots: readonly Rows<Index>[];
  /** Static symbols that subscripts mention, by the name they have there. */
  readonly symbols: ReadonlyMap<LoopVar, StaticSymbol>;
  /** Names that stand alone in a subscript and say: at this one of the positions of the access. */
  readonly dynamics: ReadonlyMap<LoopVar, number>;
  /** How the language says this: `.`, `@`, an einsum spec, or `@| batch` for a slice. */
  readonly logic: string;
}

export interface ProductAxis {
  readonly loop: LoopVar;
  readonly extent: number;
}

/** A value for each axis of an array, by the row of the axis. */
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

/** Which of the positions of its access a subscript is; undefined for one that is known. */
export function dynamicOf({ dynamics }: Projections, ix: Index): number | undefined {
  const loop = asLoop(ix);
  return loop === undefined ? undefined : dynamics.get(loop);
}

interface HasProjections {
  readonly projections: Projections;
}

/**
 * The product axes in the order to loop over them: as the target's subscript meets them, then as
 * the operands' do. So a reduction runs innermost, over the last operands' order. Where a position
 * stands, its own loops are met.
 */
export function loopOrder<N>(a: Assign<N, Projections>): readonly ProductAxis[] {
  const loopsOf = ({ slot, at }: Access<N>): readonly LoopVar[] =>
    subscriptOf(a, slot).flatMap(ix => {
      const position = at[dynamicOf(a.projections, ix) ?? NaN];
      return position ? accessesOf(position).flatMap(loopsOf) : loopsIn(ix);
    });
  const met = [a.target, ...readsOf(a)].flatMap(loopsOf);
  const order = [...new Set([...met, ...a.projections.axes.map(axis => axis.loop)])];
  return a.projections.axes.toSorted((x, y) => order.indexOf(x.loop) - order.indexOf(y.loop));
}

/**
 * No two points of the product space share a target cell, as far as this can tell. Never where a
 * position says which cell it is.
 */
export function isInjective<N>(a: Assign<N, Projections>): boolean {
  if (a.target.at.length > 0) return false;
  return isOneToOne(subscriptOf(a, a.target.slot), a.projections.axes);
}

/** Every cell of a target with these dims is reached, as far as this can tell. */
export function isSurjective<N>(a: Assign<N, Projections>, dims: readonly number[]): boolean {
  if (a.target.at.length > 0) return false;
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
    const names = [...projections.axes.map(axis => axis.loop), ...projections.dynamics.keys()];
    const wide = names.some(name => name.length > 1);
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
