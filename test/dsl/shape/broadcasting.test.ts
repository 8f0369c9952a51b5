/** Element-wise operations: rows aligned at the right, each row by itself. */
import { expect, test } from 'vitest';
import { op, tensor, type Tensor } from '../../../dsl/index.ts';
import { closeShapes } from '../../../dsl/shape/close.ts';
import { openShapesOf, shapesOf, shown } from '../../support/shapes.ts';

test.each([
  ['${3} + ${3}', '3'],
  ['${scalar} + ${3}', '3'],
  ['${3} - 1', '3'],
  ['${4, 3} + ${3}', '4, 3'],
  ['${3} + ${4, 3}', '4, 3'],
  ['${5, 4, 3} *. ${3} /. ${4, 3}', '5, 4, 3'],
  ['${10 | 3} + ${5, 10 | 3}', '5, 10 | 3'],
  ['${4 -> 3} + ${3}', '4 -> 3'],
  ['${10 | 3} + ${2 -> 3}', '10 | 2 -> 3'],
  ['${7 | 2 -> scalar} + ${10, 7 | 3}', '10, 7 | 2 -> 3'],
  ['relu(${10 | 2 -> 3})', '10 | 2 -> 3'],
  ['-${10 | 3}', '10 | 3'],
  ['where(lt(${3}, 0), ${10 | 3}, ${4, 3})', '10 | 4, 3'],
  ['${3} **. 2', '3'],
  ['fma(${3}, 2, ${4, 3})', '4, 3'],
  ['!@${n < 5} *. ${3}', '3'],
  ['${1, 3} + ${1, 3}', '1, 3'],
  // The row of `relu` is known at its left end while it may still get axes at its right one.
  ['${7, 2, 3} + relu(${5, 3})[1:3]', '7, 2, 3'],
  ['relu(${7, 5, 3} ++ "i..r.. => ..r..i")[1:3] + ${8, 2, 3, 7}', '8, 2, 3, 7'],
])('%s has shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test.each([
  ['${3} + ${2}', 'EINC0301', 'sizes 3 and 2 differ'],
  ['${4, 3} + ${5, 3}', 'EINC0301', 'sizes 4 and 5 differ'],
  ['${4 | 3} + ${5 | 3}', 'EINC0301', 'batch axes'],
  ['${4 -> 3} + ${5 -> 3}', 'EINC0301', 'input axes'],
  // A size of 1 that the user wrote is as good as any other number.
  ['${1, 3} + ${5, 3}', 'EINC0301', 'sizes 1 and 5 differ'],
  ['{ w; o = [1] } + ${3}', 'EINC0301', 'sizes 1 and 3 differ'],
])('%s is refused: %s, %s', (text, code, words) => {
  expect(() => shapesOf(text)).toThrow(code);
  expect(() => shapesOf(text)).toThrow(words);
});

test('a size of 1 that einc chose meets any size', () => {
  expect(shapesOf('(${10 | 3} ++ "b|o => 0") + ${4, 3}')).toBe('4, 3');
  expect(shapesOf('(${10 | 3} ++ "b|o => 0 o") + ${4, 3}')).toBe('4, 3');
  expect(shapesOf('${10 | 3} /. (${10 | 3} ++ "b|o => b|0")')).toBe('10 | 3');
});

test.each([
  ['{ w } + ${3}', '… | … -> …, 3; w … -> …'],
  ['${4, 3} + { b; o = [3] }', '… | … -> …, 4, 3; b … -> 3'],
  ['{ w; b = [7] } + 1', '…, 7 | … -> …; w 7 | … -> …'],
])('while %s is open: %s', (text, shape) => {
  expect(openShapesOf(text)).toBe(shape);
});

test('a row without its last axis is of one shape with the same without its first', () => {
  const data = tensor(new Float32Array(12), { label: 'data', batch: [4], output: [3] });
  const { y } = op<{ y: Tensor }>`x = relu(${data}); y = [|argmax(x); x[2]|]`;
  closeShapes([y.shape]);
  expect(shown(y)).toBe('2, 4 | scalar');
});
