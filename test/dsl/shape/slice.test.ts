/** `@|` takes the first batch axis away. */
import { expect, test } from 'vitest';
import { shapesOf } from '../../support/shapes.ts';

test.each([
  ['${80, 10 | 2} @| ${n < 80}', '10 | 2'],
  ['${80 | 2 -> 3} @| ${n < 80}', '2 -> 3'],
  ['${80 | scalar} @| ${n < 80}', 'scalar'],
  // A symbol need not reach the end.
  ['${81 | 2} @| ${n < 80}', '2'],
  ['${80, 10 | 2} @| ${n < 80} @| ${k < 10}', '2'],
  ['{ w; b = [5]; o = [3] } @| ${n < 5}', '3; w 5 | 3'],
  ['({ w; b = [5] } @| ${n < 5}) + ${3}', '3; w 5 | 3'],
  // What is computed has the batch axes of what it is computed from.
  ['(${80 | 3} + { b }) @| ${n < 80}', '3; b 3'],
  ['(${80, 10 | 3} + { b }) @| ${n < 80}', '10 | 3; b 3'],
  ['(${80, 10 | 3} + { b }) @| ${n < 80} @| ${k < 10}', '3; b 3'],
  ['({ w; o = [4] } * ${80 | 3}) @| ${n < 80}', '4; w 3 -> 4'],
])('%s infers %s', (text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test.each([
  ['${79 | 2} @| ${n < 80}', 'EINC0301', 'takes `n`, up to 79, of an axis of `x` whose size is 79'],
  [
    '${2} @| ${n < 80}',
    'EINC0302',
    'selects along the first batch axis, but `x` has no batch axes',
  ],
  ['{ w } @| ${n < 5}', 'EINC0302', 'but `w` has no batch axes'],
])('%s is refused: %s, %s', (text, code, words) => {
  expect(() => shapesOf(text)).toThrow(code);
  expect(() => shapesOf(text)).toThrow(words);
});
