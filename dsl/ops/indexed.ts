/**
 * The operations that `indexing.ts` composes, each as the code it stands for: reads and writes at
 * positions, and positions as values. Those that return positions stop gradients.
 */
import {
  type AccumulateOp,
  assign,
  type AxisPlace,
  position,
  type Scalar,
  scalarApply,
  scalarConst,
} from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess } from '../graph/operation.ts';
import { parseSpec } from '../language/parse.ts';
import type { Block } from '../shape/blocks.ts';
import { scatterStart, scatterUpdates } from '../shape/indexed.ts';
import type { Logic } from '../shape/logic.ts';
import type { Dim } from '../shape/row.ts';

const [v1, v2] = [slotAccess('value', 1), slotAccess('value', 2)];
const last: AxisPlace = { row: 'output', at: -1 };

/**
 * `v =: v1[v2, …]`: indexes the first axes of a row of the first operand by the other `count` operands. For the row
 * `batch`, batch axes of the indices become axes of the result, like their output axes; for
 * `output`, batch axes broadcast.
 */
export function take(count: number, row: 'batch' | 'output' = 'output'): Operation {
  const read = slotAccess('value', 1, positionsIn(count));
  return operation('take', { kind: 'take', row }, { op: 'set' }, read);
}

/**
 * `v =: start; v[v2, …] op= v3`, with the shape of the first operand, which is also the start unless `start` is
 * a number.
 */
export function scatter(
  op: AccumulateOp,
  count: number,
  { row = 'output', start = v1 }: { row?: 'batch' | 'output'; start?: Scalar<Slot> } = {},
): Operation {
  const target = slotAccess('value', 0, positionsIn(count));
  const updates = slotAccess('value', count + 2);
  const forward = [
    assign(slotAccess('value', 0), { op: 'set' }, start, scatterStart),
    assign(target, { op }, updates, scatterUpdates(count)),
  ];
  const logic = { kind: 'scatter', row } as const;
  return { operator: 'scatter', hint: 'scatter', logic, forward, backward: undefined };
}

/** The indices: operands 2, 3, … */
function positionsIn(count: number): readonly Scalar<Slot>[] {
  return Array.from({ length: count }, (_, i) => slotAccess('value', i + 2));
}

/** `v =: v1[…, v2]`, along the last output axis. */
export const takeAlong: Operation = operation(
  'take_along',
  { kind: 'take-along' },
  { op: 'set' },
  slotAccess('value', 1, [v2]),
);

/** The inverse of the permutation `v1` along the last output axis: `v[…, v1] =:+ i`. */
export function inverse(size: Dim): Operation {
  const target = slotAccess('value', 0, [v1]);
  const forward = [assign(target, { op: 'add', reset: true }, position(1, last), undefined)];
  const logic = { kind: 'put-along', size } as const;
  return { operator: 'inverse', hint: 'order', logic, forward, backward: [] };
}

/** Along a new last output axis: 1 where its position is `v1`, else 0. */
export function oneHot(size: Dim): Operation {
  const isHere = scalarApply('eq', v1, position(0, last));
  return flat('one_hot', { kind: 'append', size }, { op: 'set' }, isHere);
}

/** `0, 1, …` along its only axis. */
export function range(size: Dim): Operation {
  return flat('range', { kind: 'append', size }, { op: 'set' }, position(0, last));
}

/** The number of cells before each cell, in the common shape of the operands. */
export const offsets: Operation = flat(
  'offsets',
  { kind: 'pointwise' },
  { op: 'set' },
  position(0),
  { operands: [], parts: new Map() },
);

/** The extreme value along the last output axis; NaN if there is one. */
export function extreme(op: 'max' | 'min'): Operation {
  return flat(op, einsum('...|...->..., i => ...|...->...'), { op, reset: true }, v1);
}

/** The first position along the last output axis of `v1` where it is `v2`, which is extreme there. */
export function firstAt(operator: string): Operation {
  const isHere = either(scalarApply('eq', v1, v2), isNaN(v1));
  const place = scalarApply<Slot>('where', isHere, position(1, last), scalarConst(Infinity));
  const logic = einsum('...|...->..., i; ...|...->... => ...|...->...');
  return flat(operator, logic, { op: 'min', reset: true }, place);
}

/**
 * How many cells along the last output axis come before each: those that are less (or, `descending`,
 * greater), and of equal ones those at the left. NaN counts as greater than all numbers, as for `max`.
 * Compares all with all.
 */
export function rank(order: 'ascending' | 'descending'): Operation {
  const [x, other] = [v1, v2];
  const [less, greater] = order === 'ascending' ? [other, x] : [x, other];
  const isBefore = scalarApply<Slot>('lt', less, greater);
  const isLeft = scalarApply<Slot>('lt', position(2, last), position(1, last));
  const isSame = either(scalarApply('eq', x, other), both(isNaN(x), isNaN(other)));
  const isBeforeNaN = both(isNaN(greater), scalarApply('eq', less, less));
  const comes = either(either(isBefore, isBeforeNaN), both(isSame, isLeft));
  const logic = einsum('...|...->..., i; ...|...->..., j => ...|...->..., i');
  return flat('rank', logic, { op: 'add', reset: true }, comes);
}

/** The disjunction of truth values, 0 or 1, as arithmetic: no branch is needed. */
function both(a: Scalar<Slot>, b: Scalar<Slot>): Scalar<Slot> {
  return scalarApply<Slot>('mul', a, b);
}

/** The disjunction of truth values that are not both 1. */
function either(a: Scalar<Slot>, b: Scalar<Slot>): Scalar<Slot> {
  return scalarApply<Slot>('add', a, b);
}

function isNaN(a: Scalar<Slot>): Scalar<Slot> {
  return scalarApply('ne', a, a);
}

type To = Parameters<typeof assign>[1];

function operation(
  operator: string,
  logic: Logic,
  to: To,
  value: Scalar<Slot>,
  block?: Block,
): Operation {
  const forward = [assign(slotAccess('value', 0), to, value, block)];
  return { operator, hint: operator, logic, forward, backward: undefined };
}

/** An operation that passes no gradient on. */
function flat(...[operator, ...others]: Parameters<typeof operation>): Operation {
  return { ...operation(operator, ...others), backward: [] };
}

/** Errors about such a spec show its use, never its text. */
function einsum(text: string): Logic {
  const source = { locate: () => ({ file: 'einc', line: 1, column: 1, text }) };
  const span = { source, start: 0, end: text.length };
  const spec = parseSpec({ kind: 'string', span, parts: [{ span, text }] }, () => '');
  return { kind: 'einsum', spec, text };
}
