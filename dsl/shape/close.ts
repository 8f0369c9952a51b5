/**
 * Settles what no constraint decides, when code is compiled. In this order, until nothing is open:
 *
 *   1. a row of a leaf gets the axes of the smallest row that broadcasts it;
 *   2. a dim of a leaf gets the size it is used at, or 1 when it is used at several;
 *   3. axes known at the left end of an inner row and axes known at its right end are the same ones;
 *   4. a row of a leaf that nothing constrains has no axes, and such a dim is 1 — but where a product
 *      or a spec hides the dimension of a parameter it is an error that names the parameter;
 *   5. all else: no more axes; a part of a concatenation that nothing asks for is empty; the size it
 *      is used at, or 1, which is also what `0` in the result of a spec asks for.
 *
 * So leaves grow to what their users need, and inner nodes stay as small as their operands allow.
 */
import { refuseHidden } from './hidden.ts';
import {
  type Because,
  closedRow,
  type Constraint,
  type Dim,
  type DimVar,
  dimVar,
  type Row,
  rowKinds,
  type RowVar,
  type Shape,
  type Size,
  sizeOf,
} from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';
import { Solver } from './solve.ts';
import { fewestAxesBelow, sizeBelow, waitingAt } from './uses.ts';

export function closeShapes(shapes: Iterable<Shape>): void {
  const all = [...shapes];
  Solver.transaction(solver => {
    for (;;) {
      const open = openIn(all);
      if (open.rows.length + open.dims.length === 0) return;
      rules.some(rule => rule(open, solver));
    }
  });
}

interface Open {
  readonly rows: readonly RowVar[];
  readonly dims: readonly DimVar[];
}

/** Decides what it can of what is still open; tells whether that was anything. */
type ClosingRule = (open: Open, solver: Solver) => boolean;

const noMore: Because = { text: 'nothing asks for more' };
const asManyAsUsed: Because = { text: 'what it is used with has no more' };
const endsMeet: Because = { text: 'those known at its two ends are all that anything asks for' };

const rules: readonly ClosingRule[] = [
  ({ rows }, solver) =>
    decideEach(leavesIn(rows), row => {
      const count = fewestAxesBelow(row);
      if (count === undefined) return;
      const axes = Array.from({ length: count }, () => dimVar());
      solver.decideRow(row, closedRow(axes, asManyAsUsed));
    }),
  ({ dims }, solver) =>
    decideEach(leavesIn(dims), dim => {
      const size = sizeBelow(dim);
      if (size) solver.decideDim(dim, size);
    }),
  ({ rows }, solver) =>
    decideEach(rows.filter(isBetweenEnds), row => solver.decideRow(row, closedRow([], endsMeet))),
  ({ rows, dims }, solver) => {
    refuseHidden(rows, dims);
    return decideEach(leavesIn(rows), row => solver.decideRow(row, closedRow([], noMore)));
  },
  ({ dims }, solver) => decideEach(leavesIn(dims), dim => solver.decideDim(dim, defaultSize(dim))),
  ({ rows }, solver) => decideEach(rows, row => solver.decideRow(row, closedRow([], noMore))),
  ({ dims }, solver) =>
    decideEach(
      dims.filter(dim => dim.isRest),
      dim => solver.decideDim(dim, sizeOf(0, { text: 'nothing asks for it' })),
    ),
  ({ dims }, solver) => decideEach(dims, dim => solver.decideDim(dim, innerSize(dim))),
];

function isBetweenEnds(row: RowVar): boolean {
  const isInner = row.leaf === undefined;
  return (
    isInner &&
    waitingAt(row).some(c => c.kind === 'row-eq' || (c.kind === 'row-le' && hasEnds(c.operand)))
  );
}

function hasEnds(row: Row): boolean {
  const { lead, trail } = resolveRow(row);
  return lead.length + trail.length > 0;
}

function innerSize(dim: DimVar): Size {
  const isOne = dim.atLeast === 1;
  return isOne ? defaultSize(dim) : (sizeBelow(dim) ?? defaultSize(dim));
}

/** What one decision leads to may settle others, so each is looked at again when its turn comes. */
function decideEach<V extends RowVar | DimVar>(
  open: readonly V[],
  decide: (v: V) => void,
): boolean {
  for (const variable of open) if (variable.binding === undefined) decide(variable);
  return open.some(variable => variable.binding !== undefined);
}

function leavesIn<V extends RowVar | DimVar>(open: readonly V[]): readonly V[] {
  return open.filter(variable => variable.leaf !== undefined);
}

function defaultSize({ atLeast }: DimVar): Size {
  const size = Math.max(1, atLeast);
  return sizeOf(size, noMore, size === 1);
}

/** Every unbound variable in the shapes and in all that is constrained together with them. */
function openIn(shapes: readonly Shape[]): Open {
  const rows = new Set<RowVar>();
  const dims = new Set<DimVar>();
  const visitDim = (dim: Dim): void => {
    const d = resolveDim(dim);
    if (d.kind === 'size' || dims.has(d)) return;
    dims.add(d);
    waitingAt(d).forEach(visitConstraint);
  };
  const visitRow = (row: Row): void => {
    const { lead, rest, trail } = resolveRow(row);
    [...lead, ...trail].forEach(visitDim);
    if (!rest || rows.has(rest)) return;
    rows.add(rest);
    waitingAt(rest).forEach(visitConstraint);
  };
  const visitConstraint = (c: Constraint): void => {
    if (c.kind === 'dim-eq') [c.a, c.b].forEach(visitDim);
    if (c.kind === 'dim-le') [c.result, c.operand].forEach(visitDim);
    if (c.kind === 'dim-sum') [c.whole, ...c.terms.map(t => t.dim)].forEach(visitDim);
    if (c.kind === 'dim-slice') [c.whole, c.part].forEach(visitDim);
    if (c.kind === 'same-cells') [...c.from, ...c.to].forEach(visitRow);
    if (c.kind === 'row-eq') [c.a, c.b].forEach(visitRow);
    if (c.kind === 'row-le') [c.result, c.operand].forEach(visitRow);
  };
  for (const shape of shapes) rowKinds.forEach(row => visitRow(shape[row]));
  return { rows: [...rows], dims: [...dims] };
}
