/** What is settled when code is compiled: leaves grow to what their users need, all else stays small. */
import { expect, test } from 'vitest';
import { forward, op, type Tensor } from '../../../dsl/index.ts';
import { closeShapes } from '../../../dsl/shape/close.ts';
import { printShape } from '../../../dsl/shape/print.ts';
import { loopsOf } from '../../support/assignment-text.ts';
import { shapesOf, shown, tensorOf, zeros } from '../../support/shapes.ts';

test.each([
  ['a parameter alone is a scalar', '{ w }', 'scalar; w scalar'],
  ['two of them', '{ w } + { v }', 'scalar; w scalar; v scalar'],
  ['the shape of its only user', '{ w } + ${4 -> 3}', '4 -> 3; w 4 -> 3'],
  ['but for batch axes', '{ w } + ${10 | 3}', '10 | 3; w 3'],
  ['which it has when they are given', '{ w; b = [10] } + ${3}', '10 | 3; w 10 | 3'],
  ['beside one with a shape', '{ w } *. { v; o = [3] }', '3; w 3; v 3'],
  [
    'rows that are not given grow',
    '{ w } *. { v; o = [3] } + { u; i = [2] }',
    '2 -> 3; w 2 -> 3; v 2 -> 3; u 2 -> 3',
  ],
  ['rows that are given do not', '{ b; o = []; i = [] } + ${4 -> 3}', '4 -> 3; b scalar'],
  ['through other operations', 'relu(-{ w }) + ${5, 3}', '5, 3; w 5, 3'],
])('%s: %s infers %s', (_, text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test.each([
  ['that is computed', '{ w } * flatten(relu(${4, 3})) + { b; o = [2] }', '2; w 12 -> 2; b 2'],
  [
    'from a parameter too',
    '{ w } * flatten(${4, 3} + { c }) + { b; o = [2] }',
    '2; w 12 -> 2; c 4, 3; b 2',
  ],
  [
    'twice',
    '{ w } * flatten(relu(reshape(-${4, 3}; o = [2, _]))) + { b; o = [2] }',
    '2; w 12 -> 2; b 2',
  ],
  [
    'from parts whose own parts are open',
    'flatten(concat(concat(${5}[_, :], ${5}[_, :] - 1), concat(${5}[_, :], ${5}[_, :] - 1)))',
    '20',
  ],
  [
    'that is as long with margins of nothing as without',
    'flatten(concat(pad(relu(${3})[_, :], 0, 0, 0, 1), relu(${3})[_, :]))',
    '6',
  ],
])('what is made of a reshape of something %s', (_, text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test.each([
  ['the fewest axes', '(({ w } + ${3}) ++ "i => 0") + ((w + ${4, 3}) ++ "ij => 0")', '1; w 3'],
  ['1 where sizes differ', '(({ w } + ${3}) ++ "i => 0") + ((w + ${4}) ++ "i => 0")', '1; w 1'],
  ['axis by axis', '(({ w } + ${2, 3}) ++ "ij => 0") + ((w + ${4, 3}) ++ "ij => 0")', '1; w 1, 3'],
])('several users: %s', (_, text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test('a value that meets a stack of itself does not grow by the axis of the stack', () => {
  const x = zeros('5 -> 3', 'x');
  const { y, z } = op<Readonly<Record<'y' | 'z', Tensor>>>`
    y = { w } * ${x} + { b; o = [3] };
    z = where([y, y], y, -y)`;
  closeShapes(z.cone().map(t => t.shape));
  expect([y, z, z.param('w')].map(t => printShape(t.shape))).toEqual([
    '5 -> 3',
    '5 -> 2, 3',
    '3 -> 3',
  ]);
});

test.each([
  ['{ w } * ${3}', 'the output axes of `w`'],
  ['{ w } * 2', 'the output axes of `w`'],
  ['{ w } * (${3} + 1)', 'the output axes of `w`'],
  ['({ w } * ${3}) ++ "... => 0"', 'the output axes of `w`'],
  ['{ w } * ({ v } * ${3}) + ${2}', 'the input axes of `w` and the output axes of `v`'],
  ['{ w } ++ "i => i"', 'the output axes of `w`'],
  ['({ w } ++ "..r..a => ..r..") + ${2, 3}', 'the output axes of `w`'],
  // Used twice, it is no less hidden.
  ['({ w } ++ "ij => 0") + (w ++ "kl => 0")', 'the output axes of `w`'],
  ['({ w; i = [] } ++ "i => 0") + (w ++ "0 => 0")', 'the output axes of `w`'],
  ['{ w } +* "i; j => ij" { v }', 'the output axes of `w` and the output axes of `v`'],
])('hidden dimensions: %s does not say the size of %s', (text, leaves) => {
  expect(() => shapesOf(text)).toThrow(`EINC0303]: nothing says the size of ${leaves}\n`);
});

test('a shape that is settled stays, whoever comes later', () => {
  const w = op`{ w }`;
  closeShapes([w.shape]);
  const y = op`${w} + ${zeros('3', 'x')}`;
  closeShapes([y.shape, w.shape]);
  expect([y, w].map(t => printShape(t.shape))).toEqual(['3', 'scalar']);
});

test('a parameter with a list of values has the axes of the list and no others', () => {
  const x = zeros('4 -> 3', 'x');
  const params = [op`{ w = ${[1, 2, 3]} } + ${x}`, op`{ w = ${[1, 2, 3]}; o = [3] } + ${x}`];
  for (const sum of params) {
    closeShapes([sum, sum.param('w')].map(t => t.shape));
    expect(shown(sum)).toBe('4 -> 3; w 3');
  }
});

test.each([
  ['the result is 1 where its spec says 0', '(${10 | 3} ++ "b|o => 0") + ${4, 3}', '[0]'],
  ['in any place', '(${10 | 3} ++ "b|o => b|0") + ${10 | 3}', '[b, 0]'],
  // With room for the index, it has the size it is used at.
  ['and not for another index', '(${3} ++ "i => 2 i") + ${5, 3}', '[o, o2]'],
])('sizes inside: %s', (_, text, subscript) => {
  const last = loopsOf(forward(tensorOf(text))).at(-1);
  expect(last?.split('] ').map(s => s.replace(/]?$/, ']'))[1]).toBe(subscript);
});

test('compiling settles what the code touches', () => {
  const y = tensorOf('{ w; o = [4] } * ${10 | 3}');
  forward(y).settle({ dtype: 'f32', keep: [], name: undefined });
  expect(shown(y)).toBe('10 | 4; w 3 -> 4');
});
