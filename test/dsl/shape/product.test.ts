/** `*`: the input axes of the left side meet the output axes of the right one. */
import { expect, test } from 'vitest';
import { openShapesOf, shapesOf } from '../../support/shapes.ts';

test.each([
  ['${3 -> 4} * ${3}', '4'],
  ['${3 -> 4} * ${10 | 3}', '10 | 4'],
  ['${3 -> 4} * ${2 -> 3}', '2 -> 4'],
  ['${10 | 3 -> 4} * ${5, 10 | 2 -> 3}', '5, 10 | 2 -> 4'],
  ['${2, 3 -> 4, 5} * ${7 | 2, 3}', '7 | 4, 5'],
  // The left side may have more input axes than meet: the right one broadcasts along them.
  ['${2, 4 -> 3} * ${4}', '3'],
  ['${3 -> scalar} * ${3}', 'scalar'],
  ['${3} * 2', '3'],
])('%s has shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test.each([
  ['{ w; o = [4] } * ${10 | 3}', '10 | 4; w 3 -> 4'],
  ['{ w } * ${10 | 3} + ${4}', '10 | 4; w 3 -> 4'],
  ['relu({ w } * ${3}) + ${4}', '4; w 3 -> 4'],
  ['({ w } * ${3}) *. ${4, 5}', '4, 5; w 3 -> 4, 5'],
  ['{ w } * ${2, 3} + ${4}', '4; w 2, 3 -> 4'],
  ['{ w; o = [4]; i = [2, 3] } * ${3}', '4; w 2, 3 -> 4'],
  ['{ w; o = [] } * ${3}', 'scalar; w 3 -> scalar'],
  ['${4 -> 3} * { w } * ${2}', '3; w 2 -> 4'],
  ['{ w } * ({ b } + ${3}) + ${4}', '4; w 3 -> 4; b 3'],
  // The dimension between two layers is what one of them, or a bias there, says.
  [
    '{ w } * relu({ b; o = [16] } + { v } * ${10 | 3}) + ${10 | 1}',
    '10 | 1; w 16 -> 1; b 16; v 3 -> 16',
  ],
  ['{ w; i = [16] } * ({ v } * ${10 | 3}) + ${1}', '10 | 1; w 16 -> 1; v 3 -> 16'],
  ['{ w } * ({ v; o = [16] } * ${10 | 3}) + ${1}', '10 | 1; w 16 -> 1; v 3 -> 16'],
  [
    '{ w } * ({ v } * ${3}) + ({ u; i = [16] } * (v * ${3})) + ${1}',
    '1; w 16 -> 1; v 3 -> 16; u 16 -> 1',
  ],
  // Input axes that only the right operand of `*` has become those of all that goes into it.
  ['({ a } + ${3}) * ${3}', '3; a 3 -> 3'],
])('%s infers %s', (text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test.each([
  ['${3 -> 4} * ${2}', 'EINC0301', 'sizes 3 and 2 differ'],
  ['${4} * ${3}', 'EINC0302', 'no axes and [3] cannot match'],
  ['${2 -> 3} * ${4, 2}', 'EINC0302', '[2] and [4, 2] cannot match'],
  ['({ w } * ${3}) + (w * ${4}) + ${2}', 'EINC0301', 'sizes 3 and 4 differ'],
  ['{ w; i = []; o = [3] } * ${3}', 'EINC0302', 'no axes and [3] cannot match'],
])('%s is refused: %s, %s', (text, code, words) => {
  expect(() => shapesOf(text)).toThrow(code);
  expect(() => shapesOf(text)).toThrow(words);
});

test.each([
  ['{ w } * ${3}', '… | … -> …; w …, 3 -> …'],
  ['{ w; o = [4] } * ${10 | 3}', '…, 10 | … -> …, 4; w …, 3 -> 4'],
  ['${10 | 3 -> 4} * ${5, 10 | 2 -> 3}', '…, 5, 10 | …, 2 -> …, 4'],
])('while %s is open: %s', (text, shapes) => {
  expect(openShapesOf(text)).toBe(shapes);
});
