import { describe, expect, test } from 'vitest';
import {
  access,
  assign,
  type Code,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from '../../../compiler/assign/ir.ts';
import { printAssign, printRoutine } from '../../../compiler/assign/print.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  allSigns,
  assignment,
  projections,
  routineOf,
  type Space,
  staticSymbol,
} from '../../support/assignments.ts';

const [batch, step] = [staticSymbol('batch', 80), staticSymbol('step')];
const [x, y, z, w] = [
  tensorNode('x', 'f32', [3]),
  tensorNode('y', 'f32', [3]),
  tensorNode('z', 'f32', [3]),
  tensorNode('w1.grad', 'f32', [3, 3]),
];
const [a, b] = [access(x, 1), access(z, 2)];
const each: Space = { axes: { i: 3 }, logic: '.' };

const num = (value: number): Scalar<TensorNode> => scalarConst(value);
const pow = (...args: readonly Scalar<TensorNode>[]): Scalar<TensorNode> =>
  scalarApply('pow', ...args);
const sub = (...args: readonly Scalar<TensorNode>[]): Scalar<TensorNode> =>
  scalarApply('sub', ...args);

test('a slice that is set says which', () => {
  const slice: Space = { axes: { i: 3 }, symbols: [batch], logic: '@| batch' };
  const put = assign(
    access(w, 1),
    { op: 'set', keeps: true },
    access(x, 0),
    projections(slice, 'i', 'batch, i'),
  );
  expect(printAssign(put)).toBe('w1.grad @| batch =: x');
});

test.each(allSigns)('y %s x', sign => {
  expect(printAssign(assignment(y, sign, a, each, 'i', 'i'))).toBe(`y ${sign} x`);
});

describe('a scalar', () => {
  test.each<[text: string, value: Scalar<TensorNode>]>([
    ['0.5', num(0.5)],
    ['-0', num(-0)],
    ['-Infinity', num(-Infinity)],
    ['!@step', { kind: 'symbol', symbol: step }],
    ['relu(x)', scalarApply('relu', a)],
    ['max(x, z)', scalarApply('max', a, b)],
    ['where(x < z, x, 0)', scalarApply('where', scalarApply('lt', a, b), a, num(0))],
    ['x % z', scalarApply('mod', a, b)],
    ['x <= z && (x || z)', scalarApply('and', scalarApply('le', a, b), scalarApply('or', a, b))],
    ['(x < z) == (z < x)', scalarApply('eq', scalarApply('lt', a, b), scalarApply('lt', b, a))],
    ['x + 1 < z', scalarApply('lt', scalarApply('add', a, num(1)), b)],
    ['x *. z', scalarApply('mul', a, b)],
    ['x /. z', scalarApply('div', a, b)],
    ['x + z', scalarApply('add', a, b)],
    ['x - z - 1', sub(sub(a, b), num(1))],
    ['x - (z - 1)', sub(a, sub(b, num(1)))],
    ['(x - z) *. 2', scalarApply('mul', sub(a, b), num(2))],
    ['x - -1', sub(a, num(-1))],
    ['x **. 2', pow(a, num(2))],
    ['x **. -2', pow(a, num(-2))],
    ['(-2) **. x', pow(num(-2), a)],
    ['x **. z **. 2', pow(a, pow(b, num(2)))],
    ['(x **. z) **. 2', pow(pow(a, b), num(2))],
    ['neg(x) **. 2', pow(scalarApply('neg', a), num(2))],
  ])('%s', (text, value) => {
    const row = assignment(y, '=:', value, each, 'i', 'i', 'i');
    expect(printAssign(row)).toBe(`y =: ${text}`);
  });
});

describe('the logic', () => {
  const product = scalarApply('mul', access(w, 1), access(x, 2));
  const matrix: Space = { axes: { o: 3, i: 3 }, logic: '@' };

  test.each<[title: string, text: string, a: Parameters<typeof printAssign>[0]]>([
    [
      'as written',
      'y =:+ w1.grad * x ~logic:"@"',
      assignment(y, '=:+', product, matrix, 'o', 'i->o', 'i'),
    ],
    [
      'of a slice, without the word',
      'y =: x @| batch',
      assignment(y, '=:', a, { axes: { i: 3 }, logic: '@| batch' }, 'i', 'i'),
    ],
    [
      'spelled out when the target was an operand',
      'w1.grad =+ y * x ~logic:"o; i => i->o"',
      assign(
        access(w, 1),
        { op: 'add' },
        scalarApply('mul', access(y, 0), access(x, 2)),
        assignment(y, '=:+', product, matrix, 'o', 'i->o', 'i').projections,
      ),
    ],
    [
      'spelled out when an operand stands twice',
      'y =: x * x ~logic:"i; i => i"',
      assignment(y, '=:', scalarApply('mul', a, a), { axes: { i: 3 }, logic: 'T' }, 'i', 'i'),
    ],
    [
      'left out when all is pointwise, whatever the order',
      'x =+ y *. z',
      assign(
        access(x, 1),
        { op: 'add' },
        scalarApply('mul', access(y, 0), access(z, 2)),
        assignment(y, '=:', scalarApply('mul', a, b), each, 'i', 'i', 'i').projections,
      ),
    ],
    [
      'spelled out when a pointwise operand is a sum',
      'x =+ y ~logic:"i => "',
      assign(
        access(x, 1),
        { op: 'add' },
        access(y, 0),
        assignment(y, '=:', a, each, 'i', '').projections,
      ),
    ],
  ])('%s', (_, text, row) => {
    expect(printAssign(row)).toBe(text);
  });
});

test('a routine: its name and symbols, sections, loops', () => {
  const row = assignment(y, '=:', a, each, 'i', 'i');
  const body: Code<TensorNode, Projections> = sequence([
    { kind: 'section', title: 'scalar_loss gradient', body: sequence([row, row]) },
    { kind: 'repeat', symbol: staticSymbol('epoch', 4), body: row },
    { kind: 'repeat', symbol: step, body: row },
  ]);
  expect(printRoutine({ ...routineOf(body, [batch, step]), name: 'update' })).toBe(
    `update(batch : [0..79], step):
  # "scalar_loss gradient";
  y =: x;
  y =: x;
  for epoch < 4 (
    y =: x;
  );
  for step < ? (
    y =: x;
  );
`,
  );
});
