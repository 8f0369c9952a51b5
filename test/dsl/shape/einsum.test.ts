/** Specs: equal names are equal axes, nothing broadcasts. */
import { expect, test } from 'vitest';
import { openShapesOf, shapesOf } from '../../support/shapes.ts';

test.each([
  ['${2, 3} ++ "ij => ji"', '3, 2'],
  ['${2, 3} ++ "ij => i"', '2'],
  ['${2, 3} ++ "ij => ij|"', '2, 3 | scalar'],
  ['${2, 3} ++ "row, col => col -> row"', '3 -> 2'],
  ['${10 | 2 -> 3} ++ "b|i->o => b|o->i"', '10 | 3 -> 2'],
  ['${3, 3} ++ "ii => i"', '3'],
  ['${5} ++ "i => i i"', '5, 5'],
  ['${2, 3} +* "ij; jk => ik" ${3, 4}', '2, 4'],
  ['${4} +* "i; j => i->j" ${3}', '4 -> 3'],
  ['${4, 3} +* "a, c; b, c => a, b" ${5, 3}', '4, 5'],
  ['${10 | 3} +* "b|i; b|j => j->i" ${10 | 4}', '4 -> 3'],
])('equal names: %s has shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test.each([
  ['${2, 3} ++ "i1 => i"', '2'],
  ['${2, 3} ++ "1, j => j"', '3'],
  ['${2, 3} ++ "ij => 0"', '1'],
  ['${2, 3} ++ "ij => i0j"', '2, 1, 3'],
  // An index in the result makes room for itself.
  ['${5} ++ "i => 2i"', '3, 5'],
  ['${scalar} ++ " => 2"', '3'],
  ['${3, 4} ++ "_ i => i"', '4'],
  ['${3, 4} ++ "_ _ => 0"', '1'],
])('fixed and nameless axes: %s has shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test.each([
  ['${10 | 2} ++ "...|... => 0"', '1'],
  ['${10, 5 | 2, 3} ++ "...|... => 0"', '1'],
  ['${2} ++ "...|... => 0"', '1'],
  ['${10 | 2 -> 3} ++ "...|...->... => 0"', '1'],
  // `...` is another variable in each row.
  ['${10 | 2} ++ "...|... => ..."', '2'],
  ['${10 | 2} ++ "...|... => ...|"', '10 | scalar'],
  ['${10 | 2, 3} ++ "b|... => ...b"', '2, 3, 10'],
  ['${2, 3, 4} ++ "...j => j..."', '4, 2, 3'],
  ['${2, 3, 4, 5} ++ "a..r..z => z..r..a"', '5, 3, 4, 2'],
  ['${2, 3, 4, 5} ++ "..r..z => ..r.."', '2, 3, 4'],
  ['${3} ++ "..v.. => ..v.. 0"', '3, 1'],
  ['${2 | 3, 4} ++ "b|..v.. => b..v.."', '2, 3, 4'],
  ['${2 | 3 -> 4} ++ "..r..|..s..->..t.. => ..t..|..s..->..r.."', '4 | 3 -> 2'],
  ['${3, 4} +* "..r..; ..r.. => ..r.." ${3, 4}', '3, 4'],
  ['${3, 4} +* "..r..; ..s.. => ..r..|..s.." ${5}', '3, 4 | 5'],
  ['${2, 3, 4} +* "...i; ...i => ..." ${2, 3, 4}', '2, 3'],
  ['${3, 4} +* "..r..i; ..r.. => i" ${3}', '4'],
])('row variables: %s has shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test.each([
  ['{ w; o = [2, 4] } +* "i j; j => i" ${4}', '2; w 2, 4'],
  ['({ w } +* "ij; j => i" ${3}) + ${5}', '5; w 5, 3'],
  ['({ w } ++ "a..r.. => ..r..a") + ${2, 3}', '2, 3; w 3, 2'],
  ['({ w } +* "..r..a; ..r.. => a" ${2, 3}) + ${5}', '5; w 2, 3, 5'],
  ['({ w } ++ "i 4 => i") + ${3}', '3; w 3, 5'],
  ['{ w } ++ "... => ..."', 'scalar; w scalar'],
])('%s infers %s', (text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

// What is computed has an open row: the axes at its left end may be those it has at its right end.
test.each([
  ['relu(${5, 3}) ++ "a... => ...a"', '3, 5'],
  ['relu(${5, 4, 3}) ++ "ab..r.. => ..r..ba"', '3, 4, 5'],
  ['relu(${5, 3}) ++ "ab..r.. => b"', '3'],
  ['(relu(${5, 4, 3}) ++ "ab... => ...ba") + ${3, 4, 5}', '3, 4, 5'],
  ['(relu(${5, 4, 3}) ++ "ab... => ...ba") + ${2, 3, 4, 5}', '2, 3, 4, 5'],
  ['({ w } + ${2, 3}) ++ "a... => ...a"', '3, 2; w 2, 3'],
  ['(w + ${2, 3}) *. ({ w } ++ "a... => a...")', '2, 3; w 2, 3'],
  ['({ w } ++ "a... => a...") *. (w + ${2, 3})', '2, 3; w 2, 3'],
  ['(({ w } ++ "a... => a...") ++ "ab => 0") + ((w *. ${5, 2, 3}) ++ "abc => 0")', '1; w 2, 3'],
  ['({ w } ++ "a... => a...") *. (w + ${4, 2, 3})', '4, 2, 3; w 4, 2, 3'],
])('leading axes of what is open: %s infers %s', (text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test.each([
  ['${2, 3} ++ "ii => i"', 'EINC0301', 'sizes 3 and 2 differ'],
  ['${2, 3} ++ "i3 => i"', 'EINC0301', 'index 3 of an axis of `x` whose size is 3'],
  ['${2, 3} +* "ij; jk => ik" ${4, 4}', 'EINC0301', 'sizes 4 and 3 differ'],
  ['${3, 4} +* "..r..; ..r.. => ..r.." ${3, 5}', 'EINC0301', 'sizes 5 and 4 differ'],
  ['${3, 4} +* "..r..; ..r.. => ..r.." ${4}', 'EINC0302', '[4] and [3, 4] cannot match'],
  ['${3} +* "i; i => i" ${1}', 'EINC0301', 'sizes 1 and 3 differ'],
  ['${2, 3} ++ "i => i"', 'EINC0302', 'cannot match'],
  ['${10 | 2 -> 3} ++ "...|... => 0"', 'EINC0302', 'input axes'],
])('%s is refused: %s, %s', (text, code, words) => {
  expect(() => shapesOf(text)).toThrow(code);
  expect(() => shapesOf(text)).toThrow(words);
});

test('axes that nothing gives a size yet have the names of the spec', () => {
  expect(openShapesOf('{ w } +* "ij; j => i" ${3}')).toBe('i; w i, 3');
});
