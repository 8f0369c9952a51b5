/**
 * The same cells with other axes (`reshape`). [4, 6] and [8, 3] have a common refinement into loops of 4, 2 and 3; if two
 * lists of axes have none, as [2, 3] and [3, 2], the loops are those of the new axes and
 * the old subscripts are digits of the linear index.
 */
import { product } from '../../compiler/index.ts';
import { type Axis, type MadeOf, newAxis, unite } from './axis.ts';
import { cellsMismatch } from './explain-derived.ts';
import {
  closedRow,
  type Constraint,
  type Dim,
  dimVar,
  ofResult,
  type Row,
  type RowKind,
  rowKinds,
  type SameCells,
  type Shape,
  type Size,
  sizeOf,
  type Use,
} from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';

/** The axes of the rows that are reshaped; one of the sizes may be left open. */
export type NewRows = Partial<Readonly<Record<RowKind, readonly (Size | undefined)[]>>>;

const memoryOrder: readonly RowKind[] = ['batch', 'output', 'input'];

/** Reshapes the cells of the named rows in memory order; the other rows stay unchanged. */
export function reshaped(
  rows: NewRows,
  operand: Shape,
  result: Shape,
  use: Use,
): readonly Constraint[] {
  const rowsGiven = rowKinds.map((kind): Constraint => {
    const why = ofResult(use, 0, kind);
    const given = rows[kind]?.map((size): Dim => size ?? dimVar());
    const b = given ? closedRow(given) : operand[kind];
    return { kind: 'row-eq', a: result[kind], b, why };
  });
  const named = memoryOrder.filter(kind => rows[kind] !== undefined);
  const why = { ...ofResult(use, 0, named[0] ?? 'output'), hides: true };
  const [from, to] = [operand, result].map(shape => named.map(kind => shape[kind]));
  return [...rowsGiven, { kind: 'same-cells', from: from ?? [], to: to ?? [], why }];
}

/** The one unknown size, if the others determine it. */
export function cellsLeft(constraint: SameCells): Size | undefined {
  const [from, to] = [constraint.from, constraint.to].map(dimsIn);
  const open = (dims: readonly Dim[] = []): number => dims.filter(d => d.kind !== 'size').length;
  const missing = open(to) - open(from);
  if (Math.abs(missing) !== 1) return undefined;
  const [large, small] = missing > 0 ? [from, to] : [to, from];
  const size = cellsOf(large) / cellsOf(small);
  // With another axis of size 0 any size fits; it may be determined elsewhere.
  if (Number.isNaN(size) && missing < 0) return undefined;
  if (!Number.isInteger(size)) throw cellsMismatch(constraint);
  const { operator, span } = constraint.why.use;
  return sizeOf(size, { text: `\`${operator}\` keeps the number of cells`, span });
}

/** All sizes are known: checks them, and during projection inference maps subscripts. */
export function placeCells(constraint: SameCells): void {
  const [from = [], to = []] = [constraint.from, constraint.to].map(dimsIn);
  if (cellsOf(from) !== cellsOf(to)) throw cellsMismatch(constraint);
  if (cellsOf(from) === 0) return;
  const [old, renewed] = [axesOf(from), axesOf(to)];
  if (old.length + renewed.length > 0) recount(old, renewed);
}

function dimsIn(rows: readonly Row[]): readonly Dim[] {
  return rows.map(resolveRow).flatMap(row => [...row.lead, ...row.trail].map(resolveDim));
}

function cellsOf(dims: readonly Dim[] = []): number {
  return product(dims.map(dim => (dim.kind === 'size' ? dim.size : 1)));
}

/** The axes that need a loop. */
function axesOf(dims: readonly Dim[]): readonly Axis[] {
  return dims.flatMap(dim => (dim.kind === 'size' && dim.size > 1 ? (dim.axis ?? []) : []));
}

/** Group by group: after the axes of a group both lists have covered the same number of cells. */
function recount(old: readonly Axis[], renewed: readonly Axis[]): void {
  let [i, j] = [0, 0];
  while (i < old.length && j < renewed.length) {
    const [from, to] = [i, j];
    let [a, b] = [old[i++]?.size ?? 1, renewed[j++]?.size ?? 1];
    while (a !== b) {
      if (a < b) a *= old[i++]?.size ?? Infinity;
      else b *= renewed[j++]?.size ?? Infinity;
    }
    recountGroup(old.slice(from, i), renewed.slice(to, j));
  }
}

function recountGroup(old: readonly Axis[], renewed: readonly Axis[]): void {
  const [oldStrides, newStrides] = [stridesOf(old), stridesOf(renewed)];
  const strides = [...new Set([...oldStrides, ...newStrides])].toSorted((a, b) => b - a);
  const cells = product(renewed.map(axis => axis.size));
  const extents = strides.map((stride, i) => (strides[i - 1] ?? cells) / stride);
  if (!extents.every(Number.isInteger)) return asDigits(old, oldStrides, renewed, newStrides);
  const loops = strides.map((stride, i) => ({ stride, axis: newAxis(extents[i] ?? 1) }));
  for (const [axes, own] of [
    [old, oldStrides],
    [renewed, newStrides],
  ] as const) {
    axes.forEach((axis, i) => {
      const [first, stride] = [own[i - 1] ?? cells, own[i] ?? 1];
      const terms = loops
        .filter(loop => loop.stride >= stride && loop.stride < first)
        .map(loop => ({ coeff: loop.stride / stride, axis: loop.axis }));
      const [only] = terms;
      if (terms.length === 1 && only) unite(only.axis, axis);
      else axis.made = { terms, offset: 0 };
    });
  }
}

function asDigits(
  old: readonly Axis[],
  oldStrides: readonly number[],
  renewed: readonly Axis[],
  newStrides: readonly number[],
): void {
  const terms = renewed.map((axis, i) => ({ coeff: newStrides[i] ?? 1, axis }));
  old.forEach((axis, i) => {
    // The first digit needs no remainder: the index is within its range.
    const digit: MadeOf['digit'] = {
      over: oldStrides[i] ?? 1,
      below: i > 0 ? axis.size : undefined,
    };
    axis.made = { terms, offset: 0, digit };
  });
}

/** The stride of each axis. */
function stridesOf(axes: readonly Axis[]): readonly number[] {
  return axes.map((_, i) => product(axes.slice(i + 1).map(axis => axis.size)));
}
