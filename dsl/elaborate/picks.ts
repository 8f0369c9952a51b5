/** Elaborates the items of the brackets after a tensor to picks. */
import type { Span, StaticSymbol } from '../../compiler/index.ts';
import type {
  Bound,
  Expr,
  Hole,
  Name,
  NumberLit,
  Picking,
  PickAt,
  PickItem,
  PickSlice,
} from '../language/ast.ts';
import { allOfRow, type AxisPick, type Picks, type RowPicks } from '../shape/pick.ts';
import { type RowKind, rowKinds, type Slice } from '../shape/row.ts';
import { fail, wrongHole } from './errors.ts';
import { isNewAxis } from './walk.ts';

export interface PickContext {
  /** The value of a hole or of a setting. */
  readonly valueOf: (place: Hole | Name) => unknown;
  /** The symbol of `!@…`. */
  readonly symbolOf: (e: Expr) => StaticSymbol;
}

export function picksOf(picking: Picking, context: PickContext): Picks {
  const written = [picking.batch, picking.input, picking.output];
  if (written.every(items => items.length === 0)) {
    throw fail('EINC0313', 'these brackets take nothing', picking.picksSpan, {
      help: ['write an index or a slice: x[0], x[1:], x[::2], x[2 | 0]'],
    });
  }
  const [batch = allOfRow, input = allOfRow, output = allOfRow] = written.map(items =>
    rowPicks(items, context),
  );
  const rows = { batch, input, output };
  return { rows, text: textOf(rows) };
}

/** The text of an item with the numbers in its holes filled in. */
function textOf({ batch, input, output }: Picks['rows']): string {
  const [before, middle, after] = [batch, input, output].map(({ lead, trail }) =>
    [...lead.map(textOfPick), ...(trail.length > 0 ? ['...'] : []), ...trail.map(textOfPick)].join(
      ', ',
    ),
  );
  return `[${before ? `${before} | ` : ''}${middle ? `${middle} -> ` : ''}${after ?? ''}]`;
}

function textOfPick(pick: AxisPick): string {
  switch (pick.kind) {
    case 'at':
      return typeof pick.at === 'number' ? String(pick.at) : `!@${pick.at.name}`;
    case 'slice':
      return pick.slice.text;
    case 'whole':
      return ':';
    case 'new':
      return '_';
  }
}

function rowPicks(items: readonly PickItem[], context: PickContext): RowPicks {
  const rest = items.findIndex(item => item.kind === 'rest');
  const again = items.findLast(item => item.kind === 'rest');
  if (again && items[rest] !== again) {
    throw fail(
      'EINC0313',
      '`...` stands for all other axes, so it can stand only once',
      again.span,
    );
  }
  const [lead, trail] = rest < 0 ? [items, []] : [items.slice(0, rest), items.slice(rest + 1)];
  const picks = (some: readonly PickItem[]): readonly AxisPick[] =>
    some.map(item => axisPick(item, context));
  return { lead: picks(lead), trail: picks(trail) };
}

function axisPick(item: PickItem, context: PickContext): AxisPick {
  switch (item.kind) {
    case 'slice':
      return slicePick(item, context);
    case 'at':
      return isNewAxis(item.at) ? { kind: 'new' } : pickAt(item.at, context);
    case 'rest':
      return { kind: 'whole' };
  }
}

function pickAt(e: Expr, context: PickContext): AxisPick {
  const at = indexAt(e, context);
  return at === undefined ? { kind: 'whole' } : { kind: 'at', at };
}

function slicePick(item: PickSlice, context: PickContext): AxisPick {
  const [start, stop, given] = [item.start, item.stop, item.step].map(
    bound => bound && boundAt(bound, context),
  );
  if (given === 0) {
    throw fail(
      'EINC0313',
      'a slice with step 0 never comes to its end',
      item.step?.span ?? item.span,
    );
  }
  const step = given ?? 1;
  if (start === undefined && stop === undefined && step === 1) return { kind: 'whole' };
  return { kind: 'slice', slice: sliceOf(start, stop, step) };
}

export function sliceOf(start: number | undefined, stop: number | undefined, step = 1): Slice {
  const text = `${start ?? ''}:${stop ?? ''}${step === 1 ? '' : `:${step}`}`;
  return { start, stop, step, text };
}

function boundAt({ isNegative, size }: Bound, context: PickContext): number {
  const value = integerAt(size, context);
  return isNegative ? -value : value;
}

/** An index that is known when the template runs; undefined for a computed one. */
function indexAt(e: Expr, context: PickContext): number | StaticSymbol | undefined {
  if (e.kind === 'prefix' && e.op === '!@') return context.symbolOf(e.operand);
  const index = staticNumber(e, context);
  return index === undefined ? undefined : checkedInteger(index, e.span);
}

/** A computed index, and its axis after the other picks are applied. */
export interface ComputedIndex {
  readonly index: Expr;
  readonly row: RowKind;
  /** Counted from the last if negative. */
  readonly axis: number;
}

/** `table[ids]`: the indices of axes that `picksOf` treats as whole. */
export function computedIn(picking: Picking, context: PickContext): readonly ComputedIndex[] {
  return rowKinds.flatMap(row => {
    const items = picking[row];
    const rest = items.findIndex(item => item.kind === 'rest');
    const isComputed = (item: PickItem | undefined): item is PickAt =>
      item?.kind === 'at' && !isNewAxis(item.at) && indexAt(item.at, context) === undefined;
    const stays = (item: PickItem): boolean =>
      item.kind !== 'at' || isNewAxis(item.at) || isComputed(item);
    return items.flatMap((item, i): ComputedIndex[] => {
      if (!isComputed(item)) return [];
      const isBehind = rest >= 0 && i > rest;
      const axis = isBehind
        ? -items.slice(i).filter(stays).length
        : items.slice(0, i).filter(stays).length;
      return [{ index: item.at, row, axis }];
    });
  });
}

/** The row whose first axes are indexed, one axis by each index. */
export function rowTaken(computed: readonly ComputedIndex[]): 'batch' | 'output' {
  const row = computed.every(index => index.row === 'batch') ? 'batch' : 'output';
  const odd = computed.find((index, i) => index.row !== row || index.axis !== i);
  if (!odd) return row;
  const message = 'computed indices are into the first output axes, or the first batch axes';
  throw fail('EINC0315', message, odd.index.span, {
    help: ['`x[ids]` is take(x, ids); for cells along the last axis write take_along(x, ids)'],
  });
}

/** A number that is known when the template runs; undefined for a computed one. */
export function staticNumber(e: Expr, context: PickContext): number | undefined {
  if (e.kind === 'prefix' && e.op === '-') {
    const number = staticNumber(e.operand, context);
    return number === undefined ? undefined : -number;
  }
  if (e.kind === 'number') return e.value;
  const value = e.kind === 'hole' || e.kind === 'name' ? context.valueOf(e) : undefined;
  return typeof value === 'number' ? value : undefined;
}

function integerAt(place: NumberLit | Hole | Name, context: PickContext): number {
  const value = place.kind === 'number' ? place.value : context.valueOf(place);
  if (typeof value === 'number') return checkedInteger(value, place.span);
  throw wrongHole(value, place.span, 'an integer');
}

export function checkedInteger(value: number, span: Span): number {
  if (Number.isInteger(value)) return value;
  throw fail('EINC0315', `an integer must stand here, not ${value}`, span);
}
