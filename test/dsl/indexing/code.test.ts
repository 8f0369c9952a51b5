/** What the functions stand for, as `.cd` text, and an embedding through all stages. */
import { describe, expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { compile, printProgram, printRoutine } from '../../../compiler/index.ts';
import { cd, forward, op, sequence, symbol, tensor } from '../../../dsl/einc.ts';
import { gradUpdate, sgdUpdate } from '../../../dsl/train/index.ts';
import { linesOf } from '../../support/assignment-text.ts';
import { valuesAfter } from '../../support/evaluate.ts';
import { shapesOf, tensorOf } from '../../support/shapes.ts';

test.each([
  ['take(${5, 2}, ${3 | scalar})', 'take =: x[y] ~logic:"at, o; b| => b|o";'],
  ['take(${5, 2}, ${3}, ${3})', 'take =: x[y, z] ~logic:"at, at2; o; o => o";'],
  ['take(${5, 2}, 3)', 'take =: x[3] ~logic:"at, o => o";'],
  ['take(${5 | scalar}, ${3})', 'take =: x[y] ~logic:"at|; b => b|";'],
  ['take(${5}, !@${n < 5})', 'take =: x[!@n] ~logic:"at => ";'],
  ['take_batch(${5 | 2}, ${3})', 'take =: x[y] ~logic:"at|o; b => b|o";'],
  ['take_along(${4, 5}, ${4, 3})', 'take_along =: x[y] ~logic:"o, at; o, o2 => o, o2";'],
  [
    'scatter_add(${5, 2}, ${3}, ${3, 2})',
    'scatter =: x ~logic:"o, o2 => o, o2";\nscatter[y] =+ z ~logic:"o2, o; o2 => at, o";',
  ],
  ['one_hot(${3}, 4)', 'one_hot =: x == position(0, output, -1) ~logic:"o => o, o2";'],
  ['range(4)', 'range =: position(0, output, -1) ~logic:" => o";'],
  ['offsets(${4, 3})', 'offsets =: position(0);'],
])('%s', (text, code) => {
  expect(linesOf(forward(tensorOf(text)))).toBe(code);
});

test('argsort: ranks, and where each rank is', () => {
  expect(linesOf(forward(tensorOf('argsort(${2 | 3})')))).toMatchInlineSnapshot(`
    "rank =:+ (x < x) + (x != x) * (x == x) + ((x == x) + (x != x) * (x != x)) * (position(2, output, -1) < position(1, output, -1)) ~logic:"b|j; b|i; b|i; b|i; b|j; b|j; b|i; b|j; b|i; b|i; b|j; b|j => b|i";
    order[rank] =:+ position(1, output, -1) ~logic:"b|o => b|at";"
  `);
});

test.each([
  ['take(${5, 2}, ${3, 4 | scalar})', '3, 4 | 2'],
  ['take(${5, 2}, ${3, 4 | 6})', '3, 4 | 6, 2'],
  ['take(${7 | 2 -> 5}, ${7 | 3})', '7 | 2 -> 3'],
  ['take({ w; o = [5, 2] }, ${3 | 1})', '3 | 1, 2; w 5, 2'],
  ['take_batch(${5, 6 | 2}, ${3 | 4})', '3, 4, 6 | 2'],
  ['take_along(${5 | 4, 6}, ${4, 2})', '5 | 4, 2'],
  ['scatter_add({ w; o = [5, 2] }, ${3 | scalar}, ${3 | 2})', '5, 2; w 5, 2'],
  ['one_hot(${3 | 4}, 7)', '3 | 4, 7'],
  ['argmax(${3 | 4, 5})', '3 | 4'],
  ['sort(relu({ w; o = [3] } * ${2 | 4}))', '2 | 3; w 4 -> 3'],
  ['topk(${3 | 4, 5}, 2)', '3 | 4, 2'],
  ['dynamic_slice(${3 | 4, 5}, 1, 2)', '3 | 2, 5'],
  // The numbers of what is still open are taken to have no more axes.
  ['take(${5, 2}, argmax({ w } * ${3 | 4} + ${5}))', '3 | 2; w 4 -> 5'],
])('%s has the shape %s', (text, shape) => {
  expect(shapesOf(text)).toBe(shape);
});

test('in cd they become tensors of their own', async () => {
  const [x, ids] = [tensor([1, 2, 3], { label: 'x' }), tensor([2, 2, 0], { label: 'ids' })];
  const code = cd`{ y } =: 2 *. take(${x}, ${ids}) + sort(${x}); { z } =:+ one_hot(${ids}, 3) ~logic:"ij => j"`;
  expect(linesOf(code)).toContain('y =: 2 *. take + take_along;');
  const sum = op`n = scatter_add(${x}, ${ids}, 1)`;
  expect(await valuesAfter(cd`${sum}.forward; ${sum}.forward`, [sum])).toEqual([[2, 2, 5]]);
});

describe('an embedding', () => {
  const batch = symbol('batch', 10);
  const words = tensor(
    Array.from({ length: 10 * 4 * 3 }, (_, i) => (i * 7) % 50),
    { label: 'words', batch: [10, 4, 3] },
  );
  const classes = tensor(
    Array.from({ length: 10 * 4 }, (_, i) => (i % 2) * 2 - 1),
    { label: 'classes', batch: [10, 4], output: [1] },
  );
  const bag = op`bag = take({ embedding; o = [50, 8] }, ${words} @| ${batch}) ++ "b, t | o => b | o"`;
  const margin = op`margin = relu(1 - (${classes} @| ${batch}) *. tanh({ w; o = [1] } * ${bag}))`;
  const loss = op`loss = (${margin} ++ "...|... => 0") /. 4`;
  const step = sequence([
    gradUpdate(loss),
    sgdUpdate(loss, { learningRate: op`0.1`, weightDecay: 0 }),
  ]);
  const { routine } = step.settle({ dtype: 'f32', keep: [], name: 'embedding' });
  const { program, unoptimized } = compile(routine);

  test.each([
    ['.cd', printRoutine(routine)],
    ['-unoptimized.ll', printProgram(unoptimized)],
    ['.ll', printProgram(program)],
    ['.c', emit(program, c99)],
  ])('embedding%s', async (ending, text) => {
    await expect(text).toMatchFileSnapshot(`../../golden/embedding/embedding${ending}`);
  });
});
