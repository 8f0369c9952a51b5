/** Assignments constrain shapes as operations do; arrays of `cd` grow over all of a template. */
import { expect, test } from 'vitest';
import { cd, symbol, type Tensor } from '../../../dsl/index.ts';
import { loopsOf } from '../../support/assignment-text.ts';
import { codeOf, zeros } from '../../support/shapes.ts';

test.each([
  ['{ t } =: ${10 | 5} + 1', 'b < 10, o < 5: [b, o] [b, o]'],
  ['{ t; o = [5] } =: 1', 'o < 5: [o]'],
  ['{ t } =: 1', ': []'],
  ['{ t } =+ ${4}; t =+ ${5, 4}', 'o < 5, o2 < 4: [o, o2] [o2]'],
  ['{ t } =: ${2 -> 3} ~logic:"T"', 'o < 2, i < 3: [o, i] [i, o]'],
  ['{ t } =:+ ${2 -> 3} * ${5 | 2} ~logic:"@"', 'b < 5, o < 3, i < 2: [b, o] [o, i] [b, i]'],
  ['{ t } =:+ ${5} ~logic:"i => 0"', 'i < 5: [0] [i]'],
  ['{ t } =: ${3} ~logic:"i => 1 i"', 'i < 3: [1, i] [i]'],
  ['{ t } =: ${2, 3} ~logic:"i j => j i"', 'j < 3, i < 2: [j, i] [i, j]'],
  [
    '{ c } =:+ ${10 | 2} * ${10 | 4} ~logic:"b|i; b|j => j->i"',
    'i < 2, j < 4, b < 10: [i, j] [b, i] [b, j]',
  ],
])('%s runs %s', (text, loops) => {
  expect(loopsOf(codeOf(text))[0]).toBe(loops);
});

test('what hides is an error for parameters; an array of cd has no axes then', () => {
  const code = codeOf('{ t } =: 1; { u } =:+ t * ${3} ~logic:"@"');
  expect(loopsOf(code)).toEqual(['i < 3: [i]', 'i < 3: [] [i] [i]']);
});

test('a slice along a loop', () => {
  const code = codeOf('for i in ${n < 4} ({ s } =+ ${4 | 3} @| i)');
  expect(loopsOf(code)).toEqual(['o < 3: [o] [n, o]', 'o < 3: [o] [o]']);
});

test('an array that is sliced before its axes are known', () => {
  const code = codeOf('{ t } =: 0; { s } =: t @| ${n < 80}; t =: ${80, 10 | 3}');
  expect(loopsOf(code).at(-1)).toBe('b < 80, b2 < 10, o < 3: [b, b2, o] [b, b2, o]');
});

test.each([
  ['{ t; o = [3] } =: ${2}', 'EINC0301'],
  ['{ t; o = [] } =: ${2}', 'EINC0302'],
  ['{ t } =+ ${5}; t =+ ${5, 4}', 'EINC0301'],
  ['{ a } =: 0; { b } =: a ~logic:"... => ...0"; a =: b', 'each turn of this circle'],
  ['{ a } =: 0; a =: a ~logic:"... => ...0"', 'EINC0302'],
])('%s is refused: %s', (text, words) => {
  expect(() => loopsOf(codeOf(text))).toThrow(words);
});

test.each([
  ['{ t } =: ${2 -> 3} * ${2} ~logic:"@"', 2],
  ['{ t; o = [3] } =: ${2, 3} ~logic:"i j => j"', 2],
  ['{ t } =: ${2, 3} ~logic:"i j => 0"', 6],
])('%s has %i values for each cell', (text, count) => {
  expect(() => loopsOf(codeOf(text))).toThrow(
    `EINC0305]: \`=:\` gives each cell of \`t\` one value, but here there are ${count} for each`,
  );
});

test('an assignment over a symbol sets once', () => {
  const row = (x: Tensor) => cd`{ t } =: ${x} @| ${symbol('n', 4)}`;
  expect(loopsOf(row(zeros('4 | 3', 'x')))).toEqual(['o < 3: [o] [n, o]', 'o < 3: [o] [o]']);
});
