/** Reads and writes at positions, through both backends, against plain JavaScript. */
import { describe, expect, test } from 'vitest';
import { context, forward, op, symbol, tensor, type Tensor } from '../../../dsl/einc.ts';
import type { Nested } from '../../../runtime/index.ts';
import { valueOf } from '../../support/evaluate.ts';

const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const x = tensor(rows, { label: 'x' });
/** Again, outside on both sides, between two cells, no number. */
const odd = [2, 0, 2, -1, 3, 0.5, NaN, Infinity, -0, 1, 1e30, -Infinity];
const ids = tensor(odd, { label: 'ids', batch: [4, 3] });

function list(label: string, values: readonly number[]): Tensor {
  return tensor(values, { label });
}

/** The cell that a number names, as the docs have it. */
function at<T>(cells: readonly T[], i: number, otherwise: T): T {
  return Number.isInteger(i) && i >= 0 && i < cells.length ? (cells[i] ?? otherwise) : otherwise;
}

function grouped<T>(values: readonly T[], size: number): T[][] {
  return values.length === 0 ? [] : [values.slice(0, size), ...grouped(values.slice(size), size)];
}

/** What both backends say, in f32 and f64. */
async function expectValue(t: Tensor, expected: Nested): Promise<void> {
  expect(await valueOf(t)).toEqual(expected);
  using ctx = await context({ backend: 'cc' });
  (await ctx.compile(forward(t), { keep: [t] })).runSync();
  expect(ctx.readSync(t).toNested()).toEqual(expected);
}

test.each<[what: string, t: () => Tensor, expected: Nested]>([
  [
    'rows by number',
    () => op`take(${x}, ${ids})`,
    grouped(
      odd.map(i => at(rows, i, [0, 0])),
      3,
    ),
  ],
  [
    'cells by two numbers',
    () => op`take(${x}, ${list('i', [0, 2, 5, 1])}, ${list('j', [1, 0, 0, 7])})`,
    [2, 5, 0, 0],
  ],
  [
    'two numbers that broadcast',
    () => op`take(${x}, ${tensor([[0], [2]], { label: 'i' })} ++ "ij => i0", ${list('j', [1, 0])})`,
    [
      [2, 1],
      [6, 5],
    ],
  ],
  ['one row', () => op`take(${x}, 2)`, [5, 6]],
  ['one row that is not there', () => op`take(${x}, 3)`, [0, 0]],
  ['a row between two', () => op`take(${x}, 0.5)`, [0, 0]],
  [
    'the axes of the numbers',
    () =>
      op`take(${x}, ${tensor(
        [
          [0, 1],
          [2, 3],
        ],
        { label: 'i' },
      )})`,
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [0, 0],
      ],
    ],
  ],
  [
    'batch axes beside those of the array',
    () =>
      op`take(${tensor([1, 2, 3, 4], { label: 'y', batch: [2], output: [2] })}, ${tensor([0, 1], { label: 'i', batch: [2] })})`,
    [1, 4],
  ],
  [
    'an array that has batch axes alone',
    () => op`take(${tensor([10, 20, 30], { label: 'y', batch: [3] })}, ${ids})`,
    grouped(
      odd.map(i => at([10, 20, 30], i, 0)),
      3,
    ),
  ],
  [
    'examples by number',
    () =>
      op`take_batch(${tensor([1, 2, 3, 4, 5, 6], { label: 'y', batch: [3], output: [2] })}, ${list('i', [2, 2, 0])})`,
    [
      [5, 6],
      [5, 6],
      [1, 2],
    ],
  ],
  [
    'input axes stay',
    () => op`take(${tensor([1, 2, 3, 4, 5, 6], { label: 'y', output: [3], input: [2] })}, 1)`,
    [3, 4],
  ],
  [
    'an axis of one cell',
    () => op`take(${tensor([7], { label: 'y', output: [1] })}, ${list('i', [0, 1, -1])})`,
    [7, 0, 0],
  ],
  [
    'numbers that are computed',
    () => op`take(${x}, argmax(${x}) + 1)`,
    [
      [5, 6],
      [5, 6],
      [5, 6],
    ],
  ],
  [
    'numbers at numbers',
    () => op`take(${x}, take(${list('i', [9, 2, 0])}, ${list('j', [1, 0, 8])}))`,
    [[5, 6], [0, 0], [5, 6].map(() => 0)].map((r, i) => (i === 2 ? [1, 2] : r)),
  ],
  [
    'along the last axis',
    () =>
      op`take_along(${x}, ${tensor(
        [
          [1, 0, 0],
          [1, 1, 2],
          [-1, 0, NaN],
        ],
        { label: 'k' },
      )})`,
    [
      [2, 1, 1],
      [4, 4, 0],
      [0, 5, 0],
    ],
  ],
  [
    'one-hot',
    () => op`one_hot(${ids}, 3)`,
    grouped(
      odd.map(i => [0, 1, 2].map(k => Number(k === i))),
      3,
    ),
  ],
  ['a range', () => op`range(4)`, [0, 1, 2, 3]],
  [
    'a range as long as an axis',
    () => op`s = ${x} ++ "ij => 0" ["i"]; range(dim i) + 0 *. s`,
    [0, 1, 2],
  ],
  [
    'offsets',
    () => op`offsets(${x})`,
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ],
  [
    'adding at numbers',
    () => op`scatter_add(${x}, ${ids}, 1)`,
    rows.map((r, k) => r.map(v => v + odd.filter(i => i === k).length)),
  ],
  [
    'adding at two numbers',
    () =>
      op`scatter_add(${x}, ${list('i', [0, 0, 9])}, ${list('j', [1, 1, 0])}, ${list('u', [10, 100, 7])})`,
    [
      [1, 112],
      [3, 4],
      [5, 6],
    ],
  ],
  [
    'adding to each batch',
    () =>
      op`scatter_add(${tensor([1, 2, 3, 4], { label: 'y', batch: [2], output: [2] })}, ${tensor([0, 1], { label: 'i', batch: [2] })}, 10)`,
    [
      [11, 2],
      [3, 14],
    ],
  ],
  [
    'adding to an array of batches',
    () => op`scatter_add(${tensor([1, 2, 3], { label: 'y', batch: [3] })}, ${ids}, 1)`,
    [1, 2, 3].map((v, k) => v + odd.filter(i => i === k).length),
  ],
  [
    'setting at numbers: the last stands',
    () =>
      op`scatter_set(${x}, ${list('i', [2, 1, 2, 7])}, ${tensor(
        [
          [1, 1],
          [2, 2],
          [3, 3],
          [4, 4],
        ],
        { label: 'u' },
      )})`,
    [
      [1, 2],
      [2, 2],
      [3, 3],
    ],
  ],
  [
    'setting to one number',
    () => op`scatter_set(${x}, ${list('i', [0, 9])}, 7)`,
    [
      [7, 7],
      [3, 4],
      [5, 6],
    ],
  ],
  [
    'setting at two numbers',
    () =>
      op`scatter_set(${x}, ${list('i', [0, 0, 9])}, ${list('j', [1, 1, 0])}, ${list('u', [10, 100, 7])})`,
    [
      [1, 100],
      [3, 4],
      [5, 6],
    ],
  ],
  [
    'setting to nothing that is a number',
    () => op`scatter_set(${x}, 1, ${list('u', [NaN, Infinity])})`,
    [
      [1, 2],
      [NaN, Infinity],
      [5, 6],
    ],
  ],
  ['a slice', () => op`dynamic_slice(${list('y', [1, 2, 3, 4, 5])}, 1, 3)`, [2, 3, 4]],
  [
    'a slice that would leave at the end',
    () => op`dynamic_slice(${list('y', [1, 2, 3, 4, 5])}, 4, 3)`,
    [3, 4, 5],
  ],
  [
    'a slice that would begin before',
    () => op`dynamic_slice(${list('y', [1, 2, 3, 4, 5])}, -7, 3)`,
    [1, 2, 3],
  ],
  [
    'a slice from nowhere',
    () => op`dynamic_slice(${list('y', [1, 2, 3])}, ${tensor(NaN, { label: 'n' })}, 2)`,
    [0, 0],
  ],
  [
    'a slice for each batch',
    () => op`dynamic_slice(${x}, ${tensor([1, 0], { label: 's', batch: [2] })}, 2)`,
    [
      [
        [3, 4],
        [5, 6],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
  [
    'an updated slice',
    () => op`dynamic_update_slice(${list('y', [1, 2, 3, 4, 5])}, ${list('u', [8, 9])}, 2)`,
    [1, 2, 8, 9, 5],
  ],
  [
    'an updated slice, moved inside',
    () => op`dynamic_update_slice(${list('y', [1, 2, 3, 4, 5])}, ${list('u', [8, 9])}, 77)`,
    [1, 2, 3, 8, 9],
  ],
])('%s', async (_, t, expected) => {
  await expectValue(t(), expected);
});

describe('order along the last axis', () => {
  const lists: readonly (readonly number[])[] = [
    [3, 1, 2, 1, 3, 0],
    [NaN, 5, NaN, -1, 5, 2],
    [0, -0, Infinity, -Infinity, 0, 1],
    [1, 1, 1, 1, 1, 1],
    [NaN, NaN, NaN, NaN, NaN, NaN],
    [-Infinity, NaN, -Infinity, 7, 7, -7],
  ];
  const many = tensor(lists, { label: 'many' });

  /** JavaScript's sort is stable; NaN is greater than all numbers, as for `argmax`. */
  const order = (values: readonly number[], sign: 1 | -1): readonly number[] =>
    values
      .map((_, i) => i)
      .toSorted((i, j) => {
        const [a = NaN, b = NaN] = [values[i], values[j]];
        if (Number.isNaN(a) || Number.isNaN(b))
          return sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
        return a === b ? 0 : a < b ? -sign : sign;
      });
  const sorted = (values: readonly number[], sign: 1 | -1): readonly number[] =>
    order(values, sign).map(i => values[i] ?? NaN);
  /** NaN wins, then the first of the greatest. */
  const place = (values: readonly number[], best: (...all: number[]) => number): number =>
    values.some(Number.isNaN)
      ? values.findIndex(Number.isNaN)
      : values.findIndex(v => v === best(...values));

  test.each<[what: string, t: () => Tensor, expected: (values: readonly number[]) => Nested]>([
    ['argsort', () => op`argsort(${many})`, v => order(v, 1)],
    ['sort', () => op`sort(${many})`, v => sorted(v, 1)],
    ['argtopk', () => op`argtopk(${many}, 3)`, v => order(v, -1).slice(0, 3)],
    ['topk', () => op`topk(${many}, 3)`, v => sorted(v, -1).slice(0, 3)],
    ['topk of all', () => op`topk(${many}, 6)`, v => sorted(v, -1)],
    ['argmax', () => op`argmax(${many})`, v => place(v, Math.max)],
    ['argmin', () => op`argmin(${many})`, v => place(v, Math.min)],
  ])('%s', async (_, t, expected) => {
    await expectValue(t(), lists.map(expected));
  });

  test.each([
    ['sort', () => op`sort(${tensor([4], { label: 'one', output: [1] })})`, [4]],
    ['argsort', () => op`argsort(${tensor([4], { label: 'one', output: [1] })})`, [0]],
    ['argmax', () => op`argmax(${tensor([4], { label: 'one', output: [1] })})`, 0],
  ])('%s of one cell', async (_, t, expected) => {
    await expectValue(t(), expected);
  });
});

test('the value of a static symbol is a position, checked or not', async () => {
  const [inside, any] = [symbol('inside', 3), symbol('any')];
  const both = op`take(${x}, !@${inside}) + 10 *. take(${x}, !@${any})`;
  expect(await valueOf(both, { inside: 1, any: 2 })).toEqual([53, 64]);
  expect(await valueOf(both, { inside: 1, any: 99 })).toEqual([3, 4]);
});

test('a take is the sum that its one-hot makes, for whatever numbers', async () => {
  const taken = await valueOf(op`take(${x}, ${ids})`);
  expect(await valueOf(op`one_hot(${ids}, 3) +* "...|k; ko => ...|o" ${x}`)).toEqual(taken);
});
