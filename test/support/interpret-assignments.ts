/**
 * What assignments mean, read off `assign/ir.ts` and executed one point of the product space at a
 * time: no loop IR, so that lowering has something to be compared with.
 */
import type { Access, Assign, Code, Position, Scalar } from '../../compiler/assign/ir.ts';
import {
  dynamicOf,
  loopOrder,
  type Projections,
  subscriptOf,
} from '../../compiler/assign/projections.ts';
import type { Routine } from '../../compiler/assign/routine.ts';
import { roundTo } from '../../compiler/core/dtype.ts';
import { readsOf } from '../../compiler/assign/traverse.ts';
import { type Index, type LoopVar, valueOf } from '../../compiler/core/index-expr.ts';
import { evaluate, neutralOf } from '../../compiler/core/op.ts';
import type { StaticSymbol } from '../../compiler/core/static-symbol.ts';
import { cellsOf, type TensorNode } from '../../compiler/core/tensor-node.ts';
import type { Cells } from '../../compiler/loop/interpret.ts';

/** The values of static symbols. */
export type Settings = ReadonlyMap<StaticSymbol, number>;

/** `memory` holds the device arrays; all others hold nothing at first. */
export function interpretRoutine(
  { body }: Pick<Routine, 'body'>,
  memory: ReadonlyMap<TensorNode, Cells>,
  symbols: Settings = new Map(),
): void {
  const arrays = new Arrays(memory);
  run(body, symbols, arrays);
}

class Arrays {
  readonly #cells: Map<TensorNode, Cells>;

  constructor(memory: ReadonlyMap<TensorNode, Cells>) {
    this.#cells = new Map(memory);
  }

  of(node: TensorNode): Cells {
    const known = this.#cells.get(node);
    if (known) return known;
    const cells = new Float64Array(cellsOf(node)).fill(NaN);
    this.#cells.set(node, cells);
    return cells;
  }
}

function run(code: Code<TensorNode, Projections>, symbols: Settings, arrays: Arrays): void {
  switch (code.kind) {
    case 'sequence':
      for (const child of code.body) run(child, symbols, arrays);
      return;
    case 'section':
      run(code.body, symbols, arrays);
      return;
    case 'repeat':
      for (let value = 0; value < (code.symbol.range ?? 0); value++) {
        run(code.body, new Map(symbols).set(code.symbol, value), arrays);
      }
      return;
    case 'assign':
      runAssign(code, symbols, arrays);
      return;
  }
}

type Point = ReadonlyMap<LoopVar, number>;

function runAssign(a: Assign<TensorNode, Projections>, symbols: Settings, arrays: Arrays): void {
  const { node } = a.target;
  const target = arrays.of(node);
  const points = pointsOf(a, symbols);
  // Where a position says which, it may be read from what the assignment itself changes.
  const isKnown = a.target.at.length === 0;
  const targetAt = (point: Point): number | undefined =>
    offsetAt(a, a.target, { point, symbols, arrays });
  const reached = new Set(isKnown ? points.map(targetAt) : []);
  const isSingle = a.op === 'set' || (a.reset && isKnown && reached.size === points.length);
  if (a.op === 'set' || a.reset) {
    const start = Number(roundTo(node.dtype, a.op === 'set' ? 0 : neutralOf(a.op, node.dtype)));
    target.forEach((_, cell) => {
      if (reached.has(cell) ? !isSingle : !a.keeps) target[cell] = start;
    });
  }
  for (const point of points) {
    const cell = targetAt(point);
    const value = valueAt(a, a.value, { point, symbols, arrays });
    if (cell === undefined) continue;
    target[cell] = isSingle ? first(a, value) : next(a, target[cell] ?? NaN, value);
  }
}

/** What a cell is that gets this value alone: a sum of it keeps the sign that `0 +` would take. */
function first({ op, target }: Assign<TensorNode, Projections>, value: number): number {
  if (op === 'sub') return -value;
  const { dtype } = target.node;
  return op === 'set' || op === 'add'
    ? value
    : Number(evaluate(op, dtype, neutralOf(op, dtype), value));
}

function next(
  { op, target }: Assign<TensorNode, Projections>,
  cell: number,
  value: number,
): number {
  return op === 'set' ? value : Number(evaluate(op, target.node.dtype, cell, value));
}

/** In the order in which they run. */
function pointsOf(a: Assign<TensorNode, Projections>, symbols: Settings): readonly Point[] {
  const named = [...a.projections.symbols].map(
    ([name, symbol]) => [name, symbols.get(symbol) ?? NaN] as const,
  );
  return loopOrder(a).reduce<readonly Point[]>(
    (points, { loop, extent }) =>
      points.flatMap(point =>
        Array.from({ length: extent }, (_, value) => new Map(point).set(loop, value)),
      ),
    [new Map(named)],
  );
}

/** Undefined when a position is none of a cell. */
function offsetAt(
  a: Assign<TensorNode, Projections>,
  { node, slot, at }: Access<TensorNode>,
  place: Place,
): number | undefined {
  const cell = subscriptOf(a, slot).map(ix => {
    const position = at[dynamicOf(a.projections, ix) ?? NaN];
    return position ? valueAt(a, position, place) : valueOfIndex(ix, place.point);
  });
  const isCell = cell.every((c, axis) => range(node.dims[axis] ?? 0).includes(c));
  return isCell
    ? cell.reduce((offset, c, axis) => offset * (node.dims[axis] ?? NaN) + c, 0)
    : undefined;
}

function valueOfIndex(index: Index, point: Point): number {
  return valueOf(index, loop => point.get(loop) ?? NaN);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Along an axis, or counted in cells. */
function placeIn(
  a: Assign<TensorNode, Projections>,
  { slot, axis }: Position,
  place: Place,
): number {
  if (axis) {
    const index = a.projections.slots[slot]?.[axis.row].at(axis.at);
    return index ? valueOfIndex(index, place.point) : 0;
  }
  const own = [a.target, ...readsOf(a)].find(other => other.slot === slot) ?? a.target;
  return offsetAt(a, own, place) ?? NaN;
}

interface Place {
  readonly point: Point;
  readonly symbols: Settings;
  readonly arrays: Arrays;
}

/** Everything is computed in the dtype of the target, whose values are numbers. */
function valueAt(
  a: Assign<TensorNode, Projections>,
  scalar: Scalar<TensorNode>,
  place: Place,
): number {
  const { dtype } = a.target.node;
  switch (scalar.kind) {
    case 'const':
      return Number(roundTo(dtype, scalar.value));
    case 'symbol':
      return Number(roundTo(dtype, place.symbols.get(scalar.symbol) ?? NaN));
    case 'position':
      return Number(roundTo(dtype, placeIn(a, scalar, place)));
    case 'access': {
      const offset = offsetAt(a, scalar, place);
      if (offset === undefined) return 0;
      return Number(roundTo(dtype, place.arrays.of(scalar.node)[offset] ?? NaN));
    }
    case 'apply': {
      const [x = NaN, y, z] = scalar.args.map(arg => valueAt(a, arg, place));
      return Number(evaluate(scalar.op, dtype, x, y, z));
    }
  }
}
