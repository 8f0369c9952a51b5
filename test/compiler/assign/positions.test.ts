/** Accesses at positions, and positions as values: text, derivatives, loops, checks. */
import { describe, expect, test } from 'vitest';
import { adjointOf } from '../../../compiler/assign/adjoint.ts';
import {
  access,
  type Assign,
  position,
  type Scalar,
  scalarApply,
  scalarConst,
} from '../../../compiler/assign/ir.ts';
import { printAssign } from '../../../compiler/assign/print.ts';
import {
  isInjective,
  isSurjective,
  loopOrder,
  type Projections,
} from '../../../compiler/assign/projections.ts';
import { setWherePossible } from '../../../compiler/assign/set-where-possible.ts';
import { tangentOf } from '../../../compiler/assign/tangent.ts';
import { accessesOf, readsOf, symbolsOf } from '../../../compiler/assign/traverse.ts';
import { verifyRoutine } from '../../../compiler/assign/verify.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import {
  assignment,
  assignmentAt,
  routineOf,
  type Space,
  staticSymbol,
} from '../../support/assignments.ts';

type Row = Assign<TensorNode, Projections>;

const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f32', dims);
const [rows, y, ids] = [node('rows', 5, 2), node('y', 3, 2), node('ids', 3)];
const [batch, step] = [staticSymbol('batch', 3), staticSymbol('step')];
const gradients = new Map([rows, y, ids].map(n => [n, node(`${n.name}.grad`, ...n.dims)]));
const tally = (n: TensorNode, what: string): TensorNode => node(`${n.name}.${what}`, ...n.dims);

/** `y =: rows[ids]` over b, o: slot 0 is `y`, 1 the rows, 2 the ids. */
const space: Space = { axes: { b: 3, o: 2 }, dynamics: ['p'], logic: '' };
const slots = ['b|o', 'po', 'b|'] as const;
const taken = assignment(y, '=:', access(rows, 1, [access(ids, 2)]), space, ...slots);
const scattered = assignmentAt(
  access(rows, 1, [access(ids, 2)]),
  '=+',
  access(y, 0),
  space,
  ...slots,
);

const body = (row: Row, symbols = [batch, step]): string =>
  printProgram(lower(routineOf(row, symbols)))
    .replace(/^[^]*?device[^]*?;\n/, '')
    .replaceAll(/^ {2}/gm, '');

test('text: positions in brackets, subscripts spelled out', () => {
  expect(printAssign(taken)).toBe('y =: rows[ids] ~logic:"po; b| => b|o"');
  expect(printAssign(scattered)).toBe('rows[ids] =+ y ~logic:"b|o; b| => po"');
  const other = access(rows, 1, [scalarApply('add', access(ids, 2), scalarConst(1))]);
  expect(printAssign({ ...taken, value: other })).toBe('y =: rows[ids + 1] ~logic:"po; b| => b|o"');
  expect(printAssign({ ...taken, value: position(0, { row: 'output', at: -1 }) })).toContain(
    'y =: position(0, output, -1)',
  );
  expect(printAssign({ ...taken, value: position(0) })).toContain('y =: position(0) ');
});

test('the adjoint of a read is the sum of the same terms, and positions get nothing', () => {
  const adjoint = adjointOf(taken, n => gradients.get(n), tally);
  expect(adjoint.map(row => printAssign(row))).toEqual([
    'rows.grad[ids] =+ y.grad ~logic:"b|o; b| => po"',
  ]);
  const [row] = adjoint;
  if (!row) throw new Error('no adjoint');
  const twice = adjointOf(row, n => (n.name === 'y.grad' ? y : node('g', 5, 2)), tally);
  expect(twice.map(a => printAssign(a))).toEqual(['y =+ g[ids] ~logic:"po; b| => b|o"']);
});

test('the tangent of a read is the read of the tangent', () => {
  const dy = node('dy', 3, 2);
  const tangents = tangentOf(taken, dy, n => (n === rows ? node('drows', 5, 2) : undefined), tally);
  expect(tangents.map(row => printAssign(row))).toEqual([
    'dy =: drows[ids] ~logic:"po; b| => b|o"',
  ]);
});

test('a choice among what reaches a cell has no derivative there', () => {
  const most = assignmentAt(
    access(rows, 1, [access(ids, 2)]),
    '=:@^',
    access(y, 0),
    space,
    ...slots,
  );
  expect(() => adjointOf(most, n => gradients.get(n), tally)).toThrow(
    'an accumulation with `max` has no derivative here',
  );
});

test('which cells it reaches is not known, so a sum stays a sum and is filled before', () => {
  const one = assignmentAt(
    access(rows, 1, [access(ids, 2)]),
    '=:+',
    access(y, 0),
    { axes: {}, dynamics: ['p'] },
    ...['0|1', 'p1', '2|'],
  );
  for (const a of [scattered, one]) {
    expect([isInjective(a), isSurjective(a, rows.dims)]).toEqual([false, false]);
  }
  expect(setWherePossible(one)).toBe(one);
  expect([isInjective(taken), isSurjective(taken, y.dims)]).toEqual([true, true]);
  expect(body(one)).toBe('zero_out rows;\nrows[at(ids[2]), 1] += y[0, 1];\n');
});

test('loops run in the order of the positions where these stand', () => {
  expect(loopOrder(scattered).map(axis => axis.loop)).toEqual(['b', 'o']);
});

test('positions are reads', () => {
  expect(accessesOf(taken.value).map(a => a.node.name)).toEqual(['rows', 'ids']);
  expect(readsOf(scattered).map(a => a.node.name)).toEqual(['y', 'ids']);
  expect(symbolsOf(access(rows, 1, [{ kind: 'symbol', symbol: step }]))).toEqual([step]);
});

describe('lowered', () => {
  const at = (place: Scalar<TensorNode>): Row =>
    assignment(y, '=:', access(rows, 1, [place]), space, ...slots);
  const whole = (read: string): string =>
    `for b < 3 {\n  for o < 2 {\n    y[b, o] := ${read};\n  }\n}\n`;

  test.each<[title: string, row: Row, read: string]>([
    ['an array', taken, 'rows[at(ids[b]), o]'],
    ['a number inside', at(scalarConst(4)), 'rows[4, o]'],
    ['a number outside', at(scalarConst(5)), 'rows[at(5:f64), o]'],
    ['a number between', at(scalarConst(0.5)), 'rows[at(0.5:f64), o]'],
    ['a symbol inside', at({ kind: 'symbol', symbol: batch }), 'rows[batch, o]'],
    ['a symbol anywhere', at({ kind: 'symbol', symbol: step }), 'rows[at(step), o]'],
    ['a position', at(position(0)), 'rows[at(index(2*b + o)), o]'],
    [
      'a formula',
      at(scalarApply('add', access(ids, 2), scalarConst(1))),
      'rows[at(ids[b] + 1), o]',
    ],
    ['where it is itself', { ...taken, value: position(0, { row: 'batch', at: 0 }) }, 'f32(b)'],
    ['its last axis', { ...taken, value: position(0, { row: 'output', at: -1 }) }, 'f32(o)'],
    [
      'an axis that it has not',
      { ...taken, value: position(0, { row: 'input', at: 0 }) },
      'f32(index(0))',
    ],
    ['how many cells lie before', { ...taken, value: position(0) }, 'f32(index(2*b + o))'],
  ])('%s', (_, row, read) => {
    verifyRoutine(routineOf(row, [batch, step]));
    expect(body(row)).toBe(whole(read));
  });

  test('a target', () => {
    expect(body(scattered)).toBe(
      'for b < 3 {\n  for o < 2 {\n    rows[at(ids[b]), o] += y[b, o];\n  }\n}\n',
    );
  });
});

describe('ill-formed', () => {
  test.each<[complaint: string, row: Row]>([
    ['rows[p] has no position', { ...taken, value: access(rows, 1) }],
    ['ids[b] leaves axis 0: 2', { ...taken, value: access(rows, 1, [access(node('ids', 2), 2)]) }],
    [
      'rows[p + 1] has no position',
      assignment(y, '=:', access(rows, 1, [access(ids, 2)]), space, 'b|o', 'p + 1, o', 'b|'),
    ],
    ['sets cells more than once', { ...scattered, op: 'set' }],
  ])('%s', (complaint, row) => {
    expect(() => verifyRoutine(routineOf(row))).toThrow(complaint);
  });
});
