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
import type { Because, Constraint, DimSlice } from './row.ts';
import { hiddenDimensions } from './explain.ts';
import {
  closedRow,
  type Dim,
  type DimVar,
  dimVar,
  resolveDim,
  resolveRow,
  type Row,
  rowKinds,
  type RowVar,
  type Shape,
  type Size,
  sizeOf,
} from './row.ts';
import { wholeFor } from './slice.ts';
import { Solver } from './solve.ts';

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

// ── What stands below a variable ────────────────────────────────────────────────────────────────

/**
 * How many axes the smallest of the rows has that broadcast this one, directly or through others. A
 * row that may still grow counts with the axes it is sure to have, if it has any.
 */
function fewestAxesBelow(row: RowVar): number | undefined {
  const beside = axesBeside(row);
  const known = new Map<RowVar, number | undefined>();
  const fewest = (variable: RowVar): number | undefined => {
    if (known.has(variable)) return known.get(variable);
    // What is asked of it while it is being found out runs in a circle and says nothing.
    known.set(variable, undefined);
    const own = beside.get(variable) ?? 0;
    const above = resultsAbove(variable).map(({ rest, more }) =>
      rest ? fewest(rest) : Math.max(0, own + more),
    );
    const counts = above.filter(count => count !== undefined);
    const found = counts.length > 0 ? Math.min(...counts) : own > 0 ? own : undefined;
    known.set(variable, found);
    return found;
  };
  return fewest(row);
}

/**
 * For each variable above a row, how many axes stand beside it at least: what broadcasts to `[…]`
 * broadcasts to `[2, …]` too, so of several ways to a variable only the shortest says something.
 */
function axesBeside(row: RowVar): ReadonlyMap<RowVar, number> {
  const beside = new Map([[row, 0]]);
  for (const [variable, count] of beside) {
    for (const { rest, more } of resultsAbove(variable)) {
      const axes = Math.max(0, count + more);
      if (!rest || axes >= (beside.get(rest) ?? Infinity)) continue;
      // Put at the end, so that what stands above it is visited again.
      beside.delete(rest);
      beside.set(rest, axes);
    }
  }
  return beside;
}

interface Above {
  readonly rest: RowVar | undefined;
  /** The axes that stand beside it, less those beside the row in its operand. */
  readonly more: number;
}

/** The rows that broadcast this one. */
function resultsAbove(row: RowVar): readonly Above[] {
  return waitingAt(row).flatMap(constraint => {
    if (constraint.kind !== 'row-le') return [];
    const operand = resolveRow(constraint.operand);
    if (operand.rest !== row) return [];
    const result = resolveRow(constraint.result);
    return [{ rest: result.rest, more: flanksOf(result) - flanksOf(operand) }];
  });
}

function flanksOf({ lead, trail }: Row): number {
  return lead.length + trail.length;
}

/** Of what is used itself as something else is used, the last reason will do. */
const usedWith = /^it is used with this size: /;

/** The size a dim is used at; 1 when it is used at different ones. */
function sizeBelow(dim: DimVar): Size | undefined {
  const sizes = sizesBelow(dim, new Set());
  const [first] = sizes;
  if (!first) return undefined;
  if (sizes.every(s => s.size === first.size)) {
    const { text, span } = first.because;
    const because = { text: `it is used with this size: ${text.replace(usedWith, '')}`, span };
    return sizeOf(first.size, because, first.broadcasts);
  }
  const distinct = sizes.filter((s, i) => sizes.findIndex(t => t.size === s.size) === i);
  const used = distinct.map(s => s.size).join(' and ');
  const of = distinct.map(({ size, because: { text, span } }) => {
    return { text: `${size} because ${text.replace(usedWith, '')}`, span };
  });
  return sizeOf(1, { text: `it is used with sizes ${used}`, of }, true);
}

function sizesBelow(dim: DimVar, seen: Set<DimVar>): readonly Size[] {
  if (seen.has(dim)) return [];
  seen.add(dim);
  return waitingAt(dim).flatMap(constraint => {
    if (constraint.kind === 'dim-slice') return wholesBelow(dim, constraint, seen);
    if (constraint.kind !== 'dim-le' || resolveDim(constraint.operand) !== dim) return [];
    const result = resolveDim(constraint.result);
    return result.kind === 'size' ? [result] : sizesBelow(result, seen);
  });
}

/** What a slice of an axis is used at says how long the axis is. */
function wholesBelow(dim: DimVar, slice: DimSlice, seen: Set<DimVar>): readonly Size[] {
  const part = resolveDim(slice.part);
  if (part.kind === 'size' || resolveDim(slice.whole) !== dim) return [];
  return sizesBelow(part, seen).flatMap(size => wholeFor(slice, size) ?? []);
}

function waitingAt({ watches }: RowVar | DimVar): readonly Constraint[] {
  return [...watches].map(watch => watch.constraint);
}

// ── What is open ────────────────────────────────────────────────────────────────────────────────

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

// ── Hidden dimensions ───────────────────────────────────────────────────────────────────────────

/** Parameters of which nothing is known, in a web of constraints where dimensions hide. */
function refuseHidden(rows: readonly RowVar[], dims: readonly DimVar[]): void {
  const unknown = [...rows.filter(row => row.leaf?.given === false), ...dims];
  const hidden = unknown.filter(v => v.leaf?.isParam === true && hides(v, new Set()));
  const leaves = hidden.flatMap(v => (v.leaf ? [v.leaf] : []));
  const distinct = leaves.filter(
    (l, i) => leaves.findIndex(m => m.tensor === l.tensor && m.row === l.row) === i,
  );
  if (distinct.length > 0) throw hiddenDimensions(distinct);
}

function hides(variable: RowVar | DimVar, seen: Set<RowVar | DimVar>): boolean {
  if (seen.has(variable)) return false;
  seen.add(variable);
  if (variable.kind === 'dim-var' && variable.hides) return true;
  return waitingAt(variable).some(c => c.why.hides || neighbours(c).some(v => hides(v, seen)));
}

function dimsOf(row: Row): readonly Dim[] {
  const { lead, trail } = resolveRow(row);
  return [...lead, ...trail];
}

function neighbours(c: Constraint): readonly (RowVar | DimVar)[] {
  const rowVars = (row: Row): readonly RowVar[] => {
    const { rest } = resolveRow(row);
    return rest ? [rest] : [];
  };
  const dimVars = (dim: Dim): readonly DimVar[] => {
    const d = resolveDim(dim);
    return d.kind === 'dim-var' ? [d] : [];
  };
  switch (c.kind) {
    case 'dim-eq':
      return [c.a, c.b].flatMap(dimVars);
    case 'dim-le':
      return [c.result, c.operand].flatMap(dimVars);
    case 'dim-sum':
      return [c.whole, ...c.terms.map(t => t.dim)].flatMap(dimVars);
    case 'dim-slice':
      return [c.whole, c.part].flatMap(dimVars);
    case 'same-cells':
      return [...c.from, ...c.to].flatMap(row => [
        ...rowVars(row),
        ...dimsOf(row).flatMap(dimVars),
      ]);
    case 'row-eq':
      return [c.a, c.b].flatMap(rowVars);
    case 'row-le':
      return [c.result, c.operand].flatMap(rowVars);
  }
}
