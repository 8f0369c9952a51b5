/** The items of a bracket: `x[0, 1:]`, `x[2 | ::-1]`. */
import type { StaticSymbol } from '../../compiler/index.ts';
import {
  type Constraint,
  type Dim,
  dimVar,
  type Row,
  type RowKind,
  rowKinds,
  rowVar,
  type Shape,
  sizeOf,
  type Slice,
  type Why,
} from './row.ts';

export interface Picks {
  readonly rows: Readonly<Record<RowKind, RowPicks>>;
  /** As written, `[0, 1:]`. */
  readonly text: string;
}

/** For the first axes of a row and for its last ones; those between are kept whole. */
export interface RowPicks {
  readonly lead: readonly AxisPick[];
  readonly trail: readonly AxisPick[];
}

export type AxisPick =
  /** One index, from the end if negative; removes the axis. */
  | { readonly kind: 'at'; readonly at: number | StaticSymbol }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'whole' }
  /** A new axis, of size 1. */
  | { readonly kind: 'new' };

export const allOfRow: RowPicks = { lead: [], trail: [] };

export function symbolsOfPicks({ rows }: Picks): readonly StaticSymbol[] {
  const picks = rowKinds.flatMap(row => [...rows[row].lead, ...rows[row].trail]);
  return picks.flatMap(pick =>
    pick.kind === 'at' && typeof pick.at === 'object' ? [pick.at] : [],
  );
}

/** `part` are the cells of `whole` that the picks select. */
export function picked(
  { rows }: Picks,
  whole: Shape,
  part: Shape,
  whyOf: (row: RowKind) => Why,
): readonly Constraint[] {
  return rowKinds.flatMap(kind => rowPicked(rows[kind], whole[kind], part[kind], whyOf(kind)));
}

function rowPicked(picks: RowPicks, whole: Row, part: Row, why: Why): readonly Constraint[] {
  const lead = picks.lead.map(pick => pairOf(pick, why));
  const trail = picks.trail.map(pick => pairOf(pick, why));
  const rest = rowVar();
  const row = (side: 'whole' | 'part'): Row => {
    const dims = (pairs: readonly Pair[]): readonly Dim[] => pairs.flatMap(p => p[side] ?? []);
    return { lead: dims(lead), rest, trail: dims(trail) };
  };
  return [
    { kind: 'row-eq', a: whole, b: row('whole'), why },
    { kind: 'row-eq', a: part, b: row('part'), why },
    ...[...lead, ...trail].flatMap(pair => pair.constraint ?? []),
  ];
}

/** An axis before and after; undefined if there is none. */
interface Pair {
  readonly whole: Dim | undefined;
  readonly part: Dim | undefined;
  readonly constraint?: Constraint;
}

function pairOf(pick: AxisPick, why: Why): Pair {
  switch (pick.kind) {
    case 'at':
      return { whole: dimVar({ fixed: pick.at }), part: undefined };
    case 'whole': {
      const dim = dimVar();
      return { whole: dim, part: dim };
    }
    case 'new':
      return { whole: undefined, part: sizeOf(1, { text: '`_` makes an axis' }, true) };
    case 'slice': {
      const [whole, part] = [dimVar({ hides: true }), dimVar()];
      return {
        whole,
        part,
        constraint: { kind: 'dim-slice', whole, part, slice: pick.slice, why },
      };
    }
  }
}
