/** The axis that a scan runs along, and shapes without it. */
import type { Span, StaticSymbol } from '../../compiler/index.ts';
import { type Axis, newAxis, unite } from './axis.ts';
import {
  type Constraint,
  type Dim,
  ofResult,
  type Row,
  type RowKind,
  rowKinds,
  type Shape,
  type Use,
} from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';

/** The first axis of a row, or the last output axis. */
export type ScanAxis = RowKind | 'last';

export const scanAxes: readonly ScanAxis[] = ['batch', 'input', 'output', 'last'];

export interface Turns {
  readonly symbol: TurnSymbol;
  readonly axis: ScanAxis;
  /** From the last cell of the axis to the first. */
  readonly reverse: boolean;
}

/** The number of the iteration; its range is the length of the axis, once known. */
export class TurnSymbol implements StaticSymbol {
  readonly kind = 'static-symbol';
  readonly name = 't';
  readonly length: Dim;
  /** The name of the scan, for errors. */
  readonly span: Span | undefined;

  constructor(length: Dim, span: Span | undefined) {
    this.length = length;
    this.span = span;
  }

  get range(): number | undefined {
    const length = resolveDim(this.length);
    return length.kind === 'size' ? length.size : undefined;
  }

  /** The length is given by something; it is not 1 merely by default. */
  get isKnown(): boolean {
    const length = resolveDim(this.length);
    return length.kind === 'size' && !length.broadcasts;
  }
}

export function rowOf(axis: ScanAxis): RowKind {
  return axis === 'last' ? 'output' : axis;
}

/** The axis of `shape` that a scan would run along; undefined if not known yet. */
export function axisAt(shape: Shape, axis: ScanAxis): Dim | undefined {
  const { lead, rest, trail } = resolveRow(shape[rowOf(axis)]);
  const dim = axis === 'last' ? (trail.at(-1) ?? (rest ? undefined : lead.at(-1))) : lead[0];
  const found = dim ?? (rest || axis === 'last' ? undefined : trail[0]);
  return found && resolveDim(found);
}

/** Whether the row is known to have no axes. */
export function lacksAxis(shape: Shape, axis: ScanAxis): boolean {
  const { lead, rest, trail } = resolveRow(shape[rowOf(axis)]);
  return rest === undefined && lead.length + trail.length === 0;
}

/** The shape that stacks `shape` over all iterations. */
export function stacked(shape: Shape, { axis, symbol }: Turns): Shape {
  const row = rowOf(axis);
  const { lead, rest, trail } = resolveRow(shape[row]);
  const longer: Row =
    axis === 'last'
      ? { lead, rest, trail: [...trail, symbol.length] }
      : { lead: [symbol.length, ...lead], rest, trail };
  return { ...shape, [row]: longer };
}

/** Constrains `whole` to stack `part` over all iterations. */
export function turnConstraints(
  turns: Turns,
  [part, whole]: readonly Shape[],
  use: Use,
): readonly Constraint[] {
  if (!part || !whole) return [];
  const longer = stacked(part, turns);
  return rowKinds.map(row => ({
    kind: 'row-eq',
    a: longer[row],
    b: whole[row],
    why: ofResult(use, 0, row),
  }));
}

type AxisRows = Readonly<Record<RowKind, readonly Axis[]>>;

/** Unites the axes of `part` with those of `whole`, except for the scanned axis. */
export function joinTurn(
  { axis, reverse, symbol }: Turns,
  [part, whole]: readonly AxisRows[],
): void {
  for (const row of rowKinds) {
    const axes = whole?.[row] ?? [];
    const at = row === rowOf(axis) ? (axis === 'last' ? axes.length - 1 : 0) : -1;
    axes.filter((_, i) => i !== at).forEach((a, i) => part?.[row][i] && unite(a, part[row][i]));
    const taken = axes[at];
    if (!taken) continue;
    const turn = newAxis(taken.size);
    turn.fixed = symbol;
    if (reverse) taken.made = { terms: [{ coeff: -1, axis: turn }], offset: taken.size - 1 };
    else taken.fixed = symbol;
  }
}

/** `@| t`, as shown in `.cd`; with `~axis` unless it is the first batch axis. */
export function textOfTurn({ axis, reverse, symbol }: Turns): string {
  const { name, range } = symbol;
  const turn = reverse ? `${(range ?? NaN) - 1} - ${name}` : name;
  return axis === 'batch' ? `@| ${turn}` : `@| ${turn} ~axis:"${axis}"`;
}
