import { expect, test } from 'vitest';
import { noOrigins, type Span } from '../../../compiler/support/source.ts';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import { apply, cast, constant, type Expr, indexValue, read } from '../../../compiler/loop/ir.ts';
import { ValueNumbers } from '../../../compiler/loop/value-number.ts';

const [i, j] = [loopVar('i'), loopVar('j')];
const [x, y] = [tensorNode('x', 'f32', [4]), tensorNode('y', 'f32', [4])];
const [xi, yi] = [read(x, [at(i)]), read(y, [at(i)])];
const f32 = (value: number): Expr => constant('f32', value);
const span: Span = {
  source: { locate: () => ({ file: '', line: 1, column: 1, text: '' }) },
  start: 0,
  end: 1,
};

test.each<[title: string, a: Expr, b: Expr, same: boolean]>([
  ['equal reads', xi, read(x, [at(i)]), true],
  ['reads of two arrays', xi, yi, false],
  ['reads at two loops', xi, read(x, [at(j)]), false],
  ['reads at two offsets', xi, read(x, [at(i, 1, 1)]), false],
  ['reads at two strides', xi, read(x, [at(i, 2)]), false],
  ['equal constants', f32(0.1), f32(0.1), true],
  ['constants of one f32', f32(0.1), f32(Math.fround(0.1)), true],
  ['two constants', f32(1), f32(2), false],
  ['0 and -0', f32(0), f32(-0), false],
  ['NaN and NaN', f32(NaN), f32(NaN), true],
  ['one number of two dtypes', f32(1), constant('f64', 1), false],
  ['equal loops', indexValue(at(i)), indexValue(at(i)), true],
  ['two loops', indexValue(at(i)), indexValue(at(j)), false],
  ['a number as an index and as a constant', indexValue(fixed(1)), constant('i32', 1), false],
  ['equal casts', cast('f64', xi), cast('f64', read(x, [at(i)])), true],
  ['casts to two dtypes', cast('f64', xi), cast('i32', xi), false],
  ['a cast and no cast', cast('f64', xi), xi, false],
  ['equal applications', apply('add', [xi, yi]), apply('add', [xi, yi]), true],
  ['two ops', apply('add', [xi, yi]), apply('mul', [xi, yi]), false],
  ['operands exchanged', apply('add', [xi, yi]), apply('add', [yi, xi]), false],
  [
    'two groupings',
    apply('add', [apply('add', [xi, yi]), xi]),
    apply('add', [xi, apply('add', [yi, xi])]),
    false,
  ],
  [
    'one shape below one op, deep down',
    apply('neg', [apply('add', [xi, f32(1)])]),
    apply('neg', [apply('add', [read(x, [at(i)]), f32(1)])]),
    true,
  ],
  ['other origins', f32(1), constant('f32', 1, [span]), true],
])('%s', (_, a, b, same) => {
  const numbers = new ValueNumbers();
  expect(numbers.of(a) === numbers.of(b)).toBe(same);
});

test('a node keeps its number', () => {
  const numbers = new ValueNumbers();
  const first = numbers.of(xi);
  numbers.of(apply('add', [xi, yi]));
  expect(numbers.of(xi)).toBe(first);
});

test('a shared expression is numbered in the time of its nodes, not of its paths', () => {
  let e: Expr = xi;
  for (let depth = 0; depth < 60; depth++) e = apply('add', [e, e]);
  expect(new ValueNumbers().of(e)).toBe(60);
  expect(e.origins).toBe(noOrigins);
});
