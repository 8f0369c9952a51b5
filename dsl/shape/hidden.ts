/** Detects parameters with a dimension that a product or a spec hides, so that nothing determines it. */
import { hiddenDimensions } from './explain.ts';
import type { Open } from './open.ts';
import type { Constraint, Dim, DimVar, Row, RowVar } from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';
import { waitingAt } from './uses.ts';

/**
 * Throws a `UserError` for parameters of which nothing is known, in a connected set of constraints with hidden
 * dimensions.
 */
export function refuseHidden({ rows, dims }: Open): void {
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
