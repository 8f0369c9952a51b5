/**
 * The loops of an assignment, once shapes are settled: the logic's own constraints are solved again
 * with every axis of every operand made distinct; axes they make equal run in one loop.
 */
import {
  at,
  fixed,
  type Index,
  InternalError,
  type LoopVar,
  loopVar,
  Names,
  type ProductAxis,
  type Projections,
  type Rows,
  type StaticSymbol,
} from '../../compiler/index.ts';
import { type Axis, newAxis, rootOf } from './axis.ts';
import type { Use } from './row.ts';
import { constraintsOf, type Logic, textOf } from './logic.ts';
import { axesOf, closedRow, type Row, type RowKind, type Shape } from './row.ts';
import { Solver } from './solve.ts';

/** `slots`: the result, then the operands; all their shapes settled. */
export function projectionsOf(logic: Logic, slots: readonly Shape[], use: Use): Projections {
  const axes = slots.map(shape => mapRows(shape, axesOfRow));
  const distinct = axes.map(rows => mapRows(rows, rowOfAxes));
  Solver.transaction(solver => solver.post(constraintsOf(logic, distinct, use)));
  const loops = new Loops();
  const subscripts = axes.map(rows =>
    mapRows(rows, (row, kind) => row.map(axis => loops.subscript(axis, kind))),
  );
  return { ...loops.found(), slots: subscripts, logic: textOf(logic) };
}

function mapRows<A, B>(
  rows: Readonly<Record<RowKind, A>>,
  f: (row: A, kind: RowKind) => B,
): Record<RowKind, B> {
  return {
    batch: f(rows.batch, 'batch'),
    output: f(rows.output, 'output'),
    input: f(rows.input, 'input'),
  };
}

function axesOfRow(row: Row): readonly Axis[] {
  const dims = axesOf(row);
  if (!dims) throw new InternalError('projections of a shape that is still open');
  return dims.map(dim => newAxis(dim.kind === 'size' ? dim.size : 1));
}

function rowOfAxes(axes: readonly Axis[]): Row {
  const because = { text: 'it was settled' };
  return closedRow(
    axes.map(axis => ({
      kind: 'size',
      size: axis.size,
      broadcasts: axis.size === 1,
      because,
      axis,
    })),
  );
}

/** Gives each class of axes its loop, in the order met; axes of size 1 need none. */
class Loops {
  readonly #names = new Names();
  readonly #known = new Map<Axis | StaticSymbol, LoopVar>();
  readonly #axes: ProductAxis[] = [];
  readonly #symbols = new Map<LoopVar, StaticSymbol>();

  subscript(axis: Axis, kind: RowKind): Index {
    const root = rootOf(axis);
    if (typeof root.fixed === 'number') return fixed(root.fixed);
    if (root.fixed) return at(this.#symbol(root.fixed));
    if (root.size === 1) return fixed(0);
    return at(this.#loop(root, kind));
  }

  found(): Pick<Projections, 'axes' | 'symbols'> {
    return { axes: this.#axes, symbols: this.#symbols };
  }

  #loop(root: Axis, kind: RowKind): LoopVar {
    const known = this.#known.get(root);
    if (known !== undefined) return known;
    const loop = loopVar(this.#names.fresh(root.hint ?? kind.charAt(0)));
    this.#known.set(root, loop);
    this.#axes.push({ loop, extent: root.size });
    return loop;
  }

  #symbol(symbol: StaticSymbol): LoopVar {
    const known = this.#known.get(symbol);
    if (known !== undefined) return known;
    const loop = loopVar(this.#names.fresh(symbol.name));
    this.#known.set(symbol, loop);
    this.#symbols.set(loop, symbol);
    return loop;
  }
}

/** The sizes of a settled shape, in memory order. */
export function dimsOf(shape: Shape): Rows<number> {
  const sizes = (row: Row): readonly number[] => axesOfRow(row).map(axis => axis.size);
  return mapRows(shape, sizes);
}
