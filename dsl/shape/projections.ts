/**
 * Infers the loops of an assignment, once shapes are settled: the logic's own constraints are solved again
 * with every axis of every operand made distinct; axes that become equal share a loop.
 */
import { InternalError, type Projections, type Rows } from '../../compiler/index.ts';
import { type Axis, newAxis, unite } from './axis.ts';
import type { Block } from './blocks.ts';
import { constraintsOf, type Logic, textOf } from './logic.ts';
import { axesOf } from './resolve.ts';
import { closedRow, type Row, type RowKind, rowKinds, type Shape, type Use } from './row.ts';
import { Solver } from './solve.ts';
import { Subscripts } from './subscripts.ts';
import { settleSums } from './sum.ts';
import { joinTurn } from './turns.ts';

type AxisRows = Readonly<Record<RowKind, readonly Axis[]>>;

/** `slots`: the result, then the operands; all their shapes settled. */
export function projectionsOf(
  logic: Logic,
  slots: readonly Shape[],
  use: Use,
  block?: Block,
): Projections {
  const axes = slots.map(shape => mapRows(shape, axesOfRow));
  if (logic.kind === 'padding') centre(axes[0], axes[logic.operand + 1]);
  else if (logic.kind === 'turn') joinTurn(logic.turns, axes);
  else join(logic, axes, use, block);
  const subscripts = new Subscripts();
  const isRead = (slot: number): boolean => slot === 0 || reads(logic, block, slot - 1);
  const found = axes.map((rows, slot) =>
    mapRows(rows, (row, kind) => (isRead(slot) ? row.map(axis => subscripts.of(axis, kind)) : [])),
  );
  return { ...subscripts.found(), slots: found, logic: textOf(logic) };
}

/** Solves the logic's constraints over the axes, uniting those that share a loop. */
function join(logic: Logic, axes: readonly AxisRows[], use: Use, block?: Block): void {
  const distinct = axes.map(rows => mapRows(rows, rowOfAxes));
  Solver.transaction(solver => {
    const constraints = constraintsOf(logic, distinct, use, block);
    solver.post(constraints);
    settleSums(constraints, (dim, size) => solver.decideDim(dim, size));
  });
}

/** A padded operand has its cells in the middle; if the padding is asymmetric, the far side is wider. */
function centre(padded: AxisRows | undefined, bare: AxisRows | undefined): void {
  for (const row of rowKinds) {
    padded?.[row].forEach((outer, i) => {
      const inner = bare?.[row][i];
      if (!inner) return;
      const margin = outer.size - inner.size;
      if (margin === 0) unite(outer, inner);
      const [from, to] = margin > 0 ? [inner, outer] : [outer, inner];
      const offset = Math.max(0, Math.floor(margin / 2));
      if (margin !== 0) to.made = { terms: [{ coeff: 1, axis: from }], offset };
    });
  }
}

/** Only operands that are read have loops; the other operands of a logic only determine sizes. */
function reads(logic: Logic, block: Block | undefined, operand: number): boolean {
  if (logic.kind === 'padding') return operand === logic.operand;
  return block?.operands.includes(operand) ?? true;
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
      basis: undefined,
      because,
      axis,
    })),
  );
}

/** The sizes of a settled shape, in memory order. */
export function dimsOf(shape: Shape): Rows<number> {
  const sizes = (row: Row): readonly number[] => axesOfRow(row).map(axis => axis.size);
  return mapRows(shape, sizes);
}
