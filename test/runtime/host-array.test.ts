import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { HostArray } from '../../runtime/index.ts';

const rows = (batch: number[], input: number[], output: number[]): HostArray['rows'] => ({
  batch,
  input,
  output,
});
const upTo = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i);

describe('as text', () => {
  test.each([
    ['a scalar', [2.5], rows([], [], []), 'f64 2.5'],
    ['zero', [0], rows([], [], []), 'f64 0'],
    [
      'minus zero and others',
      [-0, NaN, -Infinity],
      rows([], [], [3]),
      'f64 3 [-0, NaN, -Infinity]',
    ],
    ['a vector', [0, 1, 2], rows([], [], [3]), 'f64 3 [0, 1, 2]'],
    ['a matrix', [0, 1, 2, 3], rows([], [2], [2]), 'f64 2 -> 2 [[0, 1], [2, 3]]'],
    ['a batch', [0, 1, 2, 3], rows([2], [], [2]), 'f64 2 | 2 [[0, 1], [2, 3]]'],
    ['all rows', [0, 1, 2, 3], rows([1], [2], [2]), 'f64 1 | 2 -> 2 [[[0, 1], [2, 3]]]'],
    ['a batch of scalars', [0, 1], rows([2], [], []), 'f64 2 | [0, 1]'],
    ['six are all shown', upTo(6), rows([], [], [6]), 'f64 6 [0, 1, 2, 3, 4, 5]'],
    ['of seven the ends', upTo(7), rows([], [], [7]), 'f64 7 [0, 1, 2, …, 4, 5, 6]'],
    ['no cells', [], rows([], [], [0]), 'f64 0 []'],
  ])('%s', (_, values, shape, text) => {
    const array = new HostArray(Float64Array.from(values), 'f64', shape);
    expect(array.toString()).toBe(text);
    expect(inspect(array)).toBe(text);
  });

  test('with no more digits than the dtype has', () => {
    const array = new HostArray(Float32Array.of(0.1, 1 / 3), 'f32', rows([], [], [2]));
    expect(String(array)).toBe('f32 2 [0.1, 0.33333334]');
  });
});

describe('as nested lists', () => {
  test.each([
    ['a scalar is a number', rows([], [], []), 0],
    [
      'the last axis is the innermost',
      rows([], [], [2, 3]),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      'batch, then output, then input',
      rows([1], [3], [2]),
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
    ],
  ])('%s', (_, shape, nested) => {
    const array = new HostArray(upTo(6), 'f64', shape);
    expect(array.toNested()).toEqual(nested);
  });

  test('dims are in memory order', () => {
    expect(new HostArray(upTo(6), 'f64', rows([1], [3], [2])).dims).toEqual([1, 2, 3]);
  });
});
