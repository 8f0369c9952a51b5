/** What is known of a shape, and why. Read-only: an open shape stays open. */
import { shownPlace } from '../../compiler/index.ts';
import { printBecause } from './print.ts';
import type { Because, Dim, Row } from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';

export interface RowReport {
  readonly axes: readonly AxisReport[];
  /** The position at which more axes may be added; undefined if their number is settled. */
  readonly openAt: number | undefined;
  /** Why there are no more, if inference decided that. */
  readonly because: string | undefined;
}

export interface AxisReport {
  /** Undefined while it is open. */
  readonly size: number | undefined;
  readonly because: string;
  /** `file:line:column` of the reason, if it is a single position. */
  readonly place: string | undefined;
}

export function reportOf(row: Row): RowReport {
  const { lead, rest, trail } = resolveRow(row);
  return {
    axes: [...lead, ...trail].map(axisReport),
    openAt: rest ? lead.length : undefined,
    because: rest ? undefined : endOf(row)?.text,
  };
}

function axisReport(dim: Dim): AxisReport {
  const d = resolveDim(dim);
  if (d.kind === 'size') {
    const { span, ...because } = d.because;
    return { size: d.size, because: printBecause(because), place: span && shownPlace(span) };
  }
  const least = d.atLeast > 1 ? `, but it is at least ${d.atLeast}` : '';
  return { size: undefined, because: `nothing decides it yet${least}`, place: undefined };
}

function endOf({ rest, because }: Row): Because | undefined {
  return rest?.binding ? endOf(rest.binding) : because;
}
