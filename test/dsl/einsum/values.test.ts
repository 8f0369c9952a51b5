/** What einsum specs compute, beside plain loops over the same numbers. */
import { describe, expect, test } from 'vitest';
import { op, tensor } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';

const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });
const w = tensor([1, 10, 100], { label: 'w' });
const image = tensor(
  Float64Array.from({ length: 4 * 6 }, (_, i) => Math.sin(i)),
  { label: 'image', output: [4, 6] },
);

describe('one operand', () => {
  test.each<[spec: string, value: unknown]>([
    ['2*i => i', [1, 3, 5]],
    ['2*i+1 => i', [2, 4, 6]],
    ['i => 2*i+1', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]],
    [
      '3*i+k:3 => i, k',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['o<+k:3 => o', [6, 9, 12, 15]],
    ['o=+k:3 => o', [3, 6, 9, 12, 15, 11]],
    ['o=+k:2 => o', [3, 5, 7, 9, 11, 6]],
    ['2*o=+k:3 => o', [6, 12, 11]],
    ['3*o=+k:2 => o', [3, 9]],
    ['o<+2*k:3 => o', [9, 12]],
    ['o<+k:2+1 => o', [5, 7, 9, 11]],
    ['a:2^b => a', [1, 2]],
    ['a:2^b => b', [3, 4, 5, 6]],
    ['a:2^b => b^a', [3, 4, 5, 6, 1, 2]],
    ['2^a^1 => a', [3, 4, 5]],
    ['a => 2^a^1', [0, 0, 1, 2, 3, 4, 5, 6, 0]],
    ['a:2^b => 0', [21]],
    [
      'i => i, k:2',
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
      ],
    ],
  ])('%s', async (spec, value) => {
    expect(await valueOf(op`${x} ++ "${spec}"`)).toEqual(value);
  });

  test('back and forth', async () => {
    const folded = op`${x} ++ "2*i+k:2 => i, k"`;
    expect(await valueOf(op`${folded} ++ "i, k => 2*i+k"`)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('other accumulations', () => {
  test('maximum and minimum over windows; margins do not count', async () => {
    const below = op`0 - ${x}`;
    expect(await valueOf(op`${below} @^^ "o=+k:3 => o"`)).toEqual([-1, -1, -2, -3, -4, -5]);
    expect(await valueOf(op`${x} @-- "o=+k:3 => o"`)).toEqual([1, 1, 2, 3, 4, 5]);
  });

  test('products; margins do not count', async () => {
    expect(await valueOf(op`${x} @** "i => "`)).toBe(720);
    expect(await valueOf(op`${x} @** "o=+k:3 => o"`)).toEqual([2, 6, 24, 60, 120, 30]);
  });

  test('the best of all sums', async () => {
    expect(await valueOf(op`${x} @^+ ${w} "i; j => i"`)).toEqual([101, 102, 103, 104, 105, 106]);
    expect(await valueOf(op`${x} @-+ ${w} "i; j => j"`)).toEqual([2, 11, 101]);
  });
});

describe('several operands', () => {
  test('a convolution in one dimension', async () => {
    const conv = op`${x} +* ${w} "o<+k; k => o"`;
    expect(await valueOf(conv)).toEqual([321, 432, 543, 654]);
    expect(await valueOf(op`${x} +* ${w} "o=+k; k => o"`)).toEqual([210, 321, 432, 543, 654, 65]);
    expect(await valueOf(op`${x} +* ${w} "2*o=+k; k => o"`)).toEqual([321, 543, 65]);
  });

  test('a transposed one', async () => {
    const up = op`${w} +* ${tensor([1, 1], { label: 'k' })} "o; k => 2*o<+k"`;
    expect(await valueOf(up)).toEqual([1, 1, 10, 10, 100, 100]);
  });

  test('in two dimensions, with strides and margins', async () => {
    const kernel = [
      [1, -2, 3],
      [0.5, 0, -1],
    ];
    const k = tensor(kernel, { label: 'k' });
    const value = await valueOf(op`${image} +* ${k} "2*y<+b, 2*x=+a; b, a => y, x"`);
    const at = (y: number, c: number): number => (c < 0 || c >= 6 ? 0 : Math.sin(6 * y + c));
    const expected = [0, 1].map(y =>
      [0, 1, 2].map(c =>
        kernel.flat().reduce((sum, weight, i) => {
          const [b, a] = [Math.floor(i / 3), i % 3];
          return sum + weight * at(2 * y + b, 2 * c + a);
        }, 0),
      ),
    );
    expect(value).toEqual(expected.map(row => row.map(v => expect.closeTo(v, 12) as unknown)));
  });

  test('concatenations and stacks', async () => {
    expect(await valueOf(op`(${w}, ${x}) ++^ "a; b => a^b"`)).toEqual([
      1, 10, 100, 1, 2, 3, 4, 5, 6,
    ]);
    expect(await valueOf(op`(${w}, ${w}) ++^ "a; b => b^2^a"`)).toEqual([
      1, 10, 100, 0, 0, 1, 10, 100,
    ]);
    expect(await valueOf(op`[${w}, 2 *. ${w}]`)).toEqual([
      [1, 10, 100],
      [2, 20, 200],
    ]);
    expect(await valueOf(op`(${w}, 2 *. ${w})`)).toEqual([
      [1, 2],
      [10, 20],
      [100, 200],
    ]);
  });

  test('blocks on the diagonal', async () => {
    const [a, b] = [tensor([[1, 2]], { label: 'a' }), tensor([[3], [4]], { label: 'b' })];
    const diagonal = op`(${a}, ${b}) ++^ "i, j; k, l => i^k, j^l"`;
    expect(await valueOf(diagonal)).toEqual([
      [1, 2, 0],
      [0, 0, 3],
      [0, 0, 4],
    ]);
  });

  test('three factors, and more', async () => {
    expect(await valueOf(op`(${w}, ${w}, ${x}) +* "i; i; j => j"`)).toEqual(
      [1, 2, 3, 4, 5, 6].map(v => v * 10101),
    );
    expect(await valueOf(op`(${w}, ${w}, ${w}, ${w}) +++ "i; i; i; i => i"`)).toEqual([4, 40, 400]);
  });
});

describe('literals and captured sizes', () => {
  test.each<[what: string, value: unknown]>([
    ['[1, -2; 3]', [1, -2, 3]],
    [
      '[| [(1, 2), (3, 4)], [(5, 6), (7, 8)] |]',
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
    ['[(1, 2), (3, 4)] * [10, 100]', [210, 430]],
  ])('%s', async (text, value) => {
    const strings = Object.assign([text], { raw: [text] });
    expect(await valueOf(op(strings))).toEqual(value);
  });

  test('the mean over all output axes', async () => {
    const mean = op`(${image} ++ "..d.. => " ["d"]) /. dim d`;
    const sines = Array.from({ length: 24 }, (_, i) => Math.sin(i));
    expect(await valueOf(mean)).toBeCloseTo(sines.reduce((a, b) => a + b) / 24, 12);
  });

  test('the size of one axis, inside a function', async () => {
    const centred = op`centred(a) = a - (a ++ "i => 0" ["i"]) /. dim i`;
    expect(await valueOf(centred(x))).toEqual([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]);
  });
});

describe('layers', () => {
  test('each has parameters of its own, named after it', () => {
    const layer = op`layer(~hid)(a) = relu({ u } * a + { b = 0.; o = [hid] })`;
    const [l1, l2] = [layer({ hid: 4, label: 'l1' }), layer({ hid: 2, label: 'l2' })];
    const y = op`${l2}(${l1}(${x}))`;
    expect(Object.keys(y.params)).toEqual(['u_l2', 'u_l1', 'b_l1', 'b_l2']);
    expect(y.label).toBe('layer_l2_layer_l1_x');
  });

  test('settings are sizes, numbers, tensors and functions', async () => {
    const apply = op`apply(~f, ~scale, ~shift)(a) = scale *. f(a) + shift`;
    const square = op`square(a) = a *. a`;
    const made = apply({ f: square, scale: 2, shift: w });
    expect(await valueOf(made(w))).toEqual([3, 210, 20100]);
  });

  test('without data they are parameters', () => {
    const table = op`table(~rows, ~columns) = { t; o = [rows, columns] }`;
    const made = table({ rows: 3, columns: 4 });
    expect(Object.keys(made.params)).toEqual(['t']);
  });
});
