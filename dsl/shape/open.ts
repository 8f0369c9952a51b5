/** Collects the open variables of shapes, and of everything constrained together with them. */
import { resolveDim, resolveRow } from './resolve.ts';
import type { Constraint, Dim, DimVar, Row, RowVar } from './row.ts';
import { waitingAt } from './uses.ts';

export interface Open {
  readonly rows: readonly RowVar[];
  readonly dims: readonly DimVar[];
}

export type Reshape = Extract<Constraint, { kind: 'same-cells' }>;

export function isReshape(c: Constraint): c is Reshape {
  return c.kind === 'same-cells';
}

/** Every unbound variable in these rows, and in those reachable through constraints accepted by `crosses`. */
export function openIn(starts: readonly Row[], crosses = (_: Constraint): boolean => true): Open {
  const rows = new Set<RowVar>();
  const dims = new Set<DimVar>();
  const visitDim = (dim: Dim): void => {
    const d = resolveDim(dim);
    if (d.kind === 'size' || dims.has(d)) return;
    dims.add(d);
    waitingAt(d).filter(crosses).forEach(visitConstraint);
  };
  const visitRow = (row: Row): void => {
    const { lead, rest, trail } = resolveRow(row);
    [...lead, ...trail].forEach(visitDim);
    if (!rest || rows.has(rest)) return;
    rows.add(rest);
    waitingAt(rest).filter(crosses).forEach(visitConstraint);
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
  starts.forEach(visitRow);
  return { rows: [...rows], dims: [...dims] };
}
