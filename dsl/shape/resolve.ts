/** Resolves variables through their bindings: the current value of a dim or a row. */
import { closedRow, type Dim, type DimVar, type Row } from './row.ts';

export function resolveDim(dim: Dim): Dim {
  let d = dim;
  while (d.kind === 'dim-var' && d.binding) d = d.binding;
  return d;
}

/** The variable that is bound to what a dim resolves to. */
export function lastVariable(dim: Dim): DimVar | undefined {
  let d = dim;
  while (d.kind === 'dim-var' && d.binding?.kind === 'dim-var') d = d.binding;
  return d.kind === 'dim-var' ? d : undefined;
}

/** With every bound row variable replaced by its axes; all of them in `trail` when it is closed. */
export function resolveRow(row: Row): Row {
  const { lead, rest, trail } = row;
  if (!rest) return lead.length > 0 ? closedRow([...lead, ...trail]) : row;
  if (!rest.binding) return row;
  const middle = resolveRow(rest.binding);
  return resolveRow({
    lead: [...lead, ...middle.lead],
    rest: middle.rest,
    trail: [...middle.trail, ...trail],
  });
}

/** The axes of a row that is closed; undefined while it is open. */
export function axesOf(row: Row): readonly Dim[] | undefined {
  const { lead, rest, trail } = resolveRow(row);
  return rest ? undefined : [...lead, ...trail].map(resolveDim);
}

/** The dims of some rows that are not known yet. */
export function openDimsIn(rows: readonly Row[]): readonly DimVar[] {
  const dims = rows.flatMap(({ lead, trail }) => [...lead, ...trail]).map(resolveDim);
  return dims.filter(dim => dim.kind === 'dim-var');
}

/** How many axes are known. */
export function flanksOf({ lead, trail }: Row): number {
  return lead.length + trail.length;
}
