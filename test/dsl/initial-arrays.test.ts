import { expect, test } from 'vitest';
import { op } from '../../dsl/index.ts';
import { valueOf } from '../support/evaluate.ts';

test.each([
  ['a list', [1, 2, 3, 4]],
  ['a Float32Array', Float32Array.of(1, 2, 3, 4)],
  ['a Float64Array', Float64Array.of(1, 2, 3, 4)],
])('a parameter starts from what %s holds when it is declared', async (_, values) => {
  const row = op`{ w = ${values} }`;
  const matrix = op`{ v = ${values}; o = [2]; i = [2] }`;
  values.fill(0);
  expect(await valueOf(row)).toEqual([1, 2, 3, 4]);
  expect(await valueOf(matrix)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
