/** Which axes run in one loop: the result's subscript, then each operand's. */
import { expect, test } from 'vitest';
import { forward } from '../../../dsl/index.ts';
import { loopsOf } from '../../support/assignment-text.ts';
import { tensorOf } from '../../support/shapes.ts';

test.each([
  ['${3} + ${3}', 'o < 3: [o] [o] [o]'],
  ['${4, 3} + ${3}', 'o < 4, o2 < 3: [o, o2] [o, o2] [o2]'],
  ['${10 | 4 -> 3} + ${3}', 'b < 10, o < 3, i < 4: [b, o, i] [b, o, i] [o]'],
  // Axes of size 1 need no loop.
  ['${1, 3} + ${1, 3}', 'o < 3: [0, o] [0, o] [0, o]'],
  ['${1 | 1} + ${1}', ': [0, 0] [0, 0] [0]'],
  ['${3 -> 4} * ${10 | 3}', 'b < 10, o < 4, i < 3: [b, o] [o, i] [b, i]'],
  [
    '${2, 3 -> 4, 5} * ${7 | 2, 3}',
    'b < 7, o < 4, o2 < 5, i < 2, i2 < 3: [b, o, o2] [o, o2, i, i2] [b, i, i2]',
  ],
  ['${2, 4 -> 3} * ${4}', 'o < 3, i < 2, i2 < 4: [o] [o, i, i2] [i2]'],
  ['${3, 3} ++ "ii => i"', 'i < 3: [i] [i, i]'],
  ['${5} ++ "i => i i"', 'i < 5: [i, i] [i]'],
  ['${2, 3} ++ "i 1 => i"', 'i < 2: [i] [i, 1]'],
  ['${2} ++ "i => 2 i"', 'i < 2: [2, i] [i]'],
  ['${3, 4} ++ "_ _ => 0"', 'o < 3, o2 < 4: [0] [o, o2]'],
  ['${10 | 2} ++ "...|... => 0"', 'b < 10, o < 2: [0] [b, o]'],
  ['${2 | 3} ++ "b|..v.. => b..v.."', 'b < 2, o < 3: [b, o] [b, o]'],
  ['${4, 3} +* "a, c; b, c => a, b" ${5, 3}', 'a < 4, b < 5, c < 3: [a, b] [a, c] [b, c]'],
  [
    '${2, 3, 4} +* "...i; ...i => ..." ${2, 3, 4}',
    'o < 2, o2 < 3, i < 4: [o, o2] [o, o2, i] [o, o2, i]',
  ],
  ['${80, 10 | 2} @| ${n < 80}', 'b < 10, o < 2: [b, o] [n, b, o]'],
  ['{ w } + { v; o = [3] }', 'o < 3: [o] [o] [o]'],
])('%s runs %s', (text, loops) => {
  expect(loopsOf(forward(tensorOf(text)))).toEqual([loops]);
});

test('a size of 1 that einc chose stays still beside a loop', () => {
  const sum = tensorOf('(${10 | 3} ++ "b|o => 0") + ${3}');
  expect(loopsOf(forward(sum)).at(-1)).toBe('o < 3: [o] [0] [o]');
});

test('axes of one row with equal sizes run apart unless something joins them', () => {
  expect(loopsOf(forward(tensorOf('${3} +* "i; j => ij" ${3}')))).toEqual([
    'i < 3, j < 3: [i, j] [i] [j]',
  ]);
});
