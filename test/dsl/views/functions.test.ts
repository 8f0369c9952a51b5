/** The named functions that move cells, against plain JavaScript. */
import { describe, expect, test } from 'vitest';
import { op, split, tensor, type Tensor, UserError } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { shapesOf } from '../../support/shapes.ts';

type Matrix = readonly (readonly number[])[];

const rows = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = tensor(rows, { label: 'm' });
const v = tensor([1, 2, 3, 4], { label: 'v' });

/** Along the second axis as along the first. */
const turned = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, j) => matrix.map(row => row[j] ?? NaN));
const along = (axis: number, f: (x: Matrix) => Matrix): Matrix =>
  axis === 0 || axis === -2 ? f(rows) : turned(f(turned(rows)));
const rolled = (x: Matrix, n: number): Matrix =>
  x.map((_, i) => x[(((i - n) % x.length) + x.length) % x.length] ?? []);
const padded = (x: Matrix, before: number, after: number, value: number): Matrix => {
  const row = (x[0] ?? []).map(() => value);
  return [
    ...Array<readonly number[]>(before).fill(row),
    ...x,
    ...Array<readonly number[]>(after).fill(row),
  ];
};

describe.each([0, 1, -1, -2])('along axis %i', axis => {
  test('flip', async () => {
    expect(await valueOf(op`flip(${m}, ${axis})`)).toEqual(along(axis, x => x.toReversed()));
  });

  test.each([0, 1, -1])('roll by %i', async n => {
    expect(await valueOf(op`roll(${m}, ${n}, ${axis})`)).toEqual(along(axis, x => rolled(x, n)));
  });

  test.each([
    [0, 0, 7],
    [2, 0, 0],
    [0, 1, -1],
    [1, 2, 0.5],
  ])('pad by %i and %i with %d', async (before, after, value) => {
    const expected = along(axis, x => padded(x, before, after, value));
    expect(await valueOf(op`pad(${m}, ${before}, ${after}, ${value}, ${axis})`)).toEqual(expected);
  });

  test.each([1, 2, 3])('repeat and tile %i times', async n => {
    const times = <T>(x: readonly T[]): readonly T[] => Array<readonly T[]>(n).fill(x).flat();
    const each = along(axis, x => x.flatMap(row => times([row])));
    expect(await valueOf(op`repeat(${m}, ${n}, ${axis})`)).toEqual(each);
    expect(await valueOf(op`tile(${m}, ${n}, ${axis})`)).toEqual(along(axis, x => times(x)));
  });
});

test('without an axis it is the first', async () => {
  expect(await valueOf(op`flip(${m})`)).toEqual(await valueOf(op`flip(${m}, 0)`));
  expect(await valueOf(op`roll(${v}, 1)`)).toEqual([4, 1, 2, 3]);
  expect(await valueOf(op`pad(${v}, 1, 0)`)).toEqual([0, 1, 2, 3, 4]);
});

test('transpose exchanges input and output axes', async () => {
  const w = tensor(rows, { label: 'w', output: [2], input: [3] });
  expect(await valueOf(op`transpose(${w})`)).toEqual(turned(rows));
  expect(await valueOf(op`transpose(${w}) * ${tensor([1, 10], { label: 'x' })}`)).toEqual([
    41, 52, 63,
  ]);
});

describe('concat', () => {
  test('puts any number of tensors end to end', async () => {
    expect(await valueOf(op`concat(${m}, ${m}[1:], ${m} *. 10)`)).toEqual([
      ...rows,
      [4, 5, 6],
      [10, 20, 30],
      [40, 50, 60],
    ]);
    expect(await valueOf(op`concat(${v})`)).toEqual([1, 2, 3, 4]);
  });

  test('undoes slices', async () => {
    expect(await valueOf(op`concat(${v}[:1], ${v}[1:3], ${v}[3:])`)).toEqual([1, 2, 3, 4]);
  });
});

describe('split', () => {
  test('gives parts of one size', async () => {
    const values = (parts: readonly Tensor[]): Promise<unknown[]> =>
      Promise.all(parts.map(p => valueOf(p)));
    expect(await values(split(v, 2))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await values(split(m, 3, -1))).toEqual(turned(rows).map(c => c.map(x => [x])));
    expect(await values(split(v, 1))).toEqual([[1, 2, 3, 4]]);
    expect(split(v, 2).map(p => p.label)).toEqual(['v_part0', 'v_part1']);
  });

  test('of a tensor whose size is known later', async () => {
    const w = op`{ w = 2 } + 0`;
    const [a, b] = split(w, 2) as [Tensor, Tensor];
    expect(await valueOf(op`(${w} + ${v}) *. 0 + concat(${a}, ${b} + 1)`)).toEqual([2, 2, 3, 3]);
  });

  test('needs an axis that can be split', () => {
    expect(() => split(v, 3)).toThrow(UserError);
    expect(() => split(v, 0)).toThrow(
      '`split` takes a positive number of parts and an axis, not 0 and 0',
    );
  });
});

test.each([
  ['transpose(${2 -> 3, 4})', '3, 4 -> 2'],
  ['flatten(${7 | 3, 4})', '7 | 12'],
  ['pad(${5}, 1, 2)', '8'],
  ['concat(${5, 2}, ${4, 2})', '9, 2'],
  ['roll(${7 | 3}, 2)', '7 | 3'],
  ['repeat(${3, 4}, 2, -1)', '3, 8'],
  ['tile(${3, 4}, 2)', '6, 4'],
])('%s infers %s', (text, shapes) => {
  expect(shapesOf(text)).toBe(shapes);
});

test('names of the template hide them', async () => {
  const { y } = op<{ y: Tensor }>`flip(x) = x + 1; y = flip(${v})`;
  expect(await valueOf(y)).toEqual([2, 3, 4, 5]);
});
