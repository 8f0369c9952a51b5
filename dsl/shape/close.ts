/**
 * Applies defaults to whatever no constraint determines, when code is compiled. In this order, until nothing is open:
 *
 *   1. a row of a leaf gets the axes of the smallest row that broadcasts it;
 *   2. a dim of a leaf gets the size it is used at, or 1 if it is used at several;
 *   3. axes known at the left end of an inner row and axes known at its right end are the same ones;
 *   4. the operand of a reshape is settled by 5 and 6 before its result, whose sizes it determines;
 *   5. a row of a leaf that nothing constrains has no axes, and such a dim is 1 — but if a product
 *      or a spec hides the dimension of a parameter it is an error that names the parameter;
 *   6. everything else: no more axes; a part of a concatenation that nothing determines is empty; the size is
 *      1, or the size of its use if an index needs more. The window of a pooling has no default.
 *
 * So leaves grow to what their users need, and inner nodes stay as small as their operands allow.
 */
import { refuseHidden } from './hidden.ts';
import { isReshape, type Open, openIn, type Reshape } from './open.ts';
import {
  type Because,
  closedRow,
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
import { checkWindow } from './sum.ts';
import { fewestAxesBelow, sizeBelow, waitingAt } from './uses.ts';

export function closeShapes(shapes: Iterable<Shape>): void {
  const all = [...shapes];
  Solver.transaction(solver => {
    for (;;) {
      const open = openIn(all.flatMap(shape => rowKinds.map(kind => shape[kind])));
      if (open.rows.length + open.dims.length === 0) return;
      rules.some(rule => rule(open, solver));
    }
  });
}

/** Decides what it can of the open variables; returns whether it decided anything. */
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
  (open, solver) => {
    const before = beforeReshape(open);
    return before !== undefined && defaults.some(rule => rule(before, solver));
  },
  open => {
    refuseHidden(open);
    return false;
  },
  (open, solver) => defaults.some(rule => rule(open, solver)),
];

/** The default if no use requires a size. */
const defaults: readonly ClosingRule[] = [
  ({ rows }, solver) =>
    decideEach(leavesIn(rows), row => solver.decideRow(row, closedRow([], noMore))),
  ({ dims }, solver) => decideEach(leavesIn(dims), dim => solver.decideDim(dim, defaultSize(dim))),
  ({ rows }, solver) => decideEach(rows, row => solver.decideRow(row, closedRow([], noMore))),
  ({ dims }, solver) =>
    decideEach(
      dims.filter(dim => dim.isRest),
      dim => solver.decideDim(dim, sizeOf(0, { text: 'nothing asks for it' })),
    ),
  ({ dims }, solver) => {
    const parts = dims.filter(dim => !isMadeOfOpen(dim));
    const decided = parts.length > 0 ? parts : dims;
    decided.flatMap(waitingAt).forEach(checkWindow);
    return decideEach(decided, dim => solver.decideDim(dim, innerSize(dim)));
  },
];

/** Whether its size will follow from other open ones. */
function isMadeOfOpen(dim: DimVar): boolean {
  return waitingAt(dim).some(
    c =>
      c.kind === 'dim-sum' &&
      resolveDim(c.whole) === dim &&
      c.terms.some(term => resolveDim(term.dim).kind === 'dim-var'),
  );
}

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

/**
 * Computed tensors get no redundant cells: `x - (x ++ "b|i => b|0") /. 1024` divides once per row.
 * An axis that a spec gives an index beyond the first has the size of its use.
 */
function innerSize(dim: DimVar): Size {
  const isOne = dim.atLeast <= 1;
  return isOne ? defaultSize(dim) : (sizeBelow(dim) ?? defaultSize(dim));
}

/** The consequences of one decision may settle others, so each is re-examined when its turn comes. */
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

/**
 * The open variables in the operand of a reshape, and in what that is computed from. Undefined if another
 * reshape or a parameter must be settled first.
 */
function beforeReshape(open: Open): Open | undefined {
  const reshapes = reshapesAt(open);
  return reshapes
    .map(({ from }) => openIn(from, c => !isReshape(c)))
    .find(web => {
      const variables = new Set<RowVar | DimVar>([...web.rows, ...web.dims]);
      const isMade = reshapes.some(({ to }) => {
        const made = openIn(to, () => false);
        return [...made.rows, ...made.dims].some(v => variables.has(v));
      });
      return variables.size > 0 && !isMade && ![...variables].some(isOfParam);
    });
}

/** Nothing determines its size; it has no batch axes unless a use requires them. */
function isOfParam({ leaf }: RowVar | DimVar): boolean {
  return leaf?.isParam === true && leaf.row !== 'batch';
}

function reshapesAt({ rows, dims }: Open): readonly Reshape[] {
  return [...new Set([...rows, ...dims].flatMap(waitingAt).filter(isReshape))];
}
