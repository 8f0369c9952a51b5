/**
 * The shapes of operations with dynamic positions: `x[ids]` and operations built on it. An
 * axis indexed by a position is marked (`DimVar.position`), so that it gets no loop.
 */
import type { Block } from './blocks.ts';
import {
  closedRow,
  type Constraint,
  type Dim,
  dimVar,
  ofResult,
  openShape,
  RESULT,
  type Row,
  type RowKind,
  rowKinds,
  rowVar,
  type Shape,
  type Use,
} from './row.ts';
import { resolveRow } from './resolve.ts';

export type IndexedLogic =
  /**
   * `take(x, ids…)`: the first axes of a row of `x`, one for each `ids`, are replaced by the axes of
   * the `ids`, which broadcast against each other. For `output`, those are their output axes, and the
   * batch axes of all operands broadcast; for `batch`, they are all their axes.
   */
  | { readonly kind: 'take'; readonly row: 'batch' | 'output' }
  /** `(x, ids…, updates)`: in the shape of `x`, updates in that of `take(x, ids…)` or broadcast to it. */
  | { readonly kind: 'scatter'; readonly row: 'batch' | 'output' }
  /** `(x, ids)`: the last output axis of `x` at the positions `ids`, which have its other axes. */
  | { readonly kind: 'take-along' }
  /** `(ids)`: the last output axis has this size instead, and what goes there goes to positions. */
  | { readonly kind: 'put-along'; readonly size: Dim }
  /** An operand, if there is one, with one more output axis behind the others. */
  | { readonly kind: 'append'; readonly size: Dim };

/** The parts of `scatter`: `v =: v1`, then `v[ids] =+ updates`. */
export const scatterStart: Block = { operands: [0], parts: new Map() };

export function scatterUpdates(ids: number): Block {
  return { operands: Array.from({ length: ids + 1 }, (_, i) => i + 1), parts: new Map() };
}

export function indexed(
  logic: IndexedLogic,
  [result, ...operands]: readonly Shape[],
  use: Use,
  block?: Block,
): readonly Constraint[] {
  const [first, second] = operands;
  if (!result) return [];
  const meet = new Meeting(use);
  switch (logic.kind) {
    case 'take':
      return first ? take(result, first, operands.slice(1), logic.row, meet) : [];
    case 'scatter':
      return scatter(result, operands, logic.row, meet, block);
    case 'take-along':
      return first && second ? takeAlong(result, first, second, meet) : [];
    case 'put-along':
      return first ? putAlong(result, first, logic.size, meet) : [];
    case 'append':
      return append(result, first, logic.size, meet);
  }
}

/** The constraints of one use, with the reasons that an error would give. */
class Meeting {
  readonly #use: Use;

  constructor(use: Use) {
    this.#use = use;
  }

  equal(a: Row, b: Row, operand: number, row: RowKind): Constraint {
    return { kind: 'row-eq', a, b, why: ofResult(this.#use, operand, row) };
  }

  /** The required form of an operand's own row. */
  fits(a: Row, b: Row, operand: number, row: RowKind): Constraint {
    return { kind: 'row-eq', a, b, why: { ...ofResult(this.#use, operand, row), left: operand } };
  }

  /** `peer`: the operand that determines the result's axes, for errors. */
  below(result: Row, operand: Row, position: number, row: RowKind, peer?: number): Constraint {
    return { kind: 'row-le', result, operand, why: ofResult(this.#use, position, row, peer) };
  }
}

function take(
  result: Shape,
  x: Shape,
  ids: readonly Shape[],
  row: 'batch' | 'output',
  meet: Meeting,
): readonly Constraint[] {
  const selected = ids.map((_, position) => dimVar({ position, hides: true }));
  const rest = rowVar();
  const given = ids.map(shape => (row === 'output' ? [shape.output] : [shape.batch, shape.output]));
  const known = given.map(rows => rows.flatMap(axesSoFar));
  const most = Math.max(0, ...known.map(axes => axes.length));
  const places = Array.from({ length: most }, () => dimVar());
  const others = rowKinds.filter(kind => kind !== row && kind !== 'batch');
  return [
    meet.fits(x[row], { lead: selected, rest, trail: [] }, 0, row),
    ...ids.flatMap((shape, i) => [
      ...(row === 'output' ? (['output'] as const) : (['batch', 'output'] as const)).map(kind =>
        meet.fits(shape[kind], closedRow(axesSoFar(shape[kind])), i + 1, kind),
      ),
      meet.fits(shape.input, closedRow([]), i + 1, 'input'),
      meet.below(closedRow(places), closedRow(known[i] ?? []), i + 1, row, i === 0 ? undefined : 1),
      ...(row === 'output' ? [meet.below(result.batch, shape.batch, i + 1, 'batch', 0)] : []),
    ]),
    ...(row === 'output' ? [meet.below(result.batch, x.batch, 0, 'batch')] : []),
    ...others.map(kind => meet.equal(result[kind], x[kind], 0, kind)),
    meet.equal(result[row], { lead: places, rest, trail: [] }, 0, row),
  ];
}

/** A row of positions that may still get axes is closed. */
function axesSoFar(row: Row): readonly Dim[] {
  const { lead, trail } = resolveRow(row);
  return [...lead, ...trail];
}

function scatter(
  result: Shape,
  operands: readonly Shape[],
  row: 'batch' | 'output',
  meet: Meeting,
  block: Block | undefined,
): readonly Constraint[] {
  const [x] = operands;
  const updates = operands.at(-1);
  if (!x || !updates) return [];
  const same = rowKinds.map(kind => meet.equal(result[kind], x[kind], 0, kind));
  if (block === scatterStart) return same;
  // The tensor that the updates are broadcast to has no array of its own.
  const space = openShape();
  const last = operands.length - 1;
  const put = [
    ...take(space, result, operands.slice(1, -1), row, meet),
    ...rowKinds.map(kind => meet.below(space[kind], updates[kind], last, kind, 0)),
  ];
  return block ? put : [...same, ...put];
}

function takeAlong(result: Shape, x: Shape, ids: Shape, meet: Meeting): readonly Constraint[] {
  const [ofX, ofResult] = [withLast(dimVar({ position: 0, hides: true })), withLast(dimVar())];
  return [
    meet.fits(x.output, ofX.row, 0, 'output'),
    meet.equal(result.output, ofResult.row, RESULT, 'output'),
    meet.below(ofResult.others, ofX.others, 0, 'output'),
    meet.below(result.output, ids.output, 1, 'output', 0),
    ...(['batch', 'input'] as const).flatMap(row => [
      meet.below(result[row], x[row], 0, row),
      meet.below(result[row], ids[row], 1, row, 0),
    ]),
  ];
}

function putAlong(result: Shape, ids: Shape, size: Dim, meet: Meeting): readonly Constraint[] {
  const ofIds = withLast(dimVar());
  const put = { ...ofIds.row, trail: [dimVar({ position: 0, hides: true })] };
  return [
    meet.fits(ids.output, ofIds.row, 0, 'output'),
    meet.equal(result.output, put, 0, 'output'),
    meet.equal(result.output, withLast(size).row, 0, 'output'),
    meet.equal(result.batch, ids.batch, 0, 'batch'),
    meet.equal(result.input, ids.input, 0, 'input'),
  ];
}

function append(
  result: Shape,
  operand: Shape | undefined,
  size: Dim,
  meet: Meeting,
): readonly Constraint[] {
  const before = (row: RowKind): Row => operand?.[row] ?? closedRow([]);
  const { lead, rest, trail } = resolveRow(before('output'));
  return [
    meet.equal(result.batch, before('batch'), 0, 'batch'),
    meet.equal(result.input, before('input'), 0, 'input'),
    meet.equal(result.output, { lead, rest, trail: [...trail, size] }, 0, 'output'),
  ];
}

/** An output row that ends in this axis, and what stands before it. */
function withLast(last: Dim): { readonly row: Row; readonly others: Row } {
  const others = { lead: [], rest: rowVar(), trail: [] };
  return { row: { ...others, trail: [last] }, others };
}
