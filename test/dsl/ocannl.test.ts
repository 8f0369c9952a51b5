/** What OCANNL has a function for and einc a way: the rows of docs/ocannl.md that no other file has. */
import { expect, test } from 'vitest';
import { cd, op, type Tensor, tensor } from '../../dsl/index.ts';
import { valueOf, valuesAfter } from '../support/evaluate.ts';
import { expectSlopes } from '../support/gradients.ts';

const x = tensor([1, 2, 3], { label: 'x' });
const y = tensor([10, 20, 30], { label: 'y' });

test('interleave, and back', async () => {
  const both = op`both = (${x} ++ "i => 2*i") + (${y} ++ "i => 2*i+1")`;
  expect(await valueOf(both)).toEqual([1, 10, 2, 20, 3, 30]);
  expect(await valueOf(op`${both} ++ "2*i => i"`)).toEqual([1, 2, 3]);
  expect(await valueOf(op`${both} ++ "2*i+1 => i"`)).toEqual([10, 20, 30]);
  const weights = tensor([1, 2, 3, 4, 5, 6], { label: 'weights' });
  await expectSlopes(op`
    (({ a; o = [3] } ++ "i => 2*i") + ({ b; o = [3] } ++ "i => 2*i+1")) *. ${weights} ++ "i => 0"`);
});

test.each<[where: string, stacked: Tensor, value: unknown]>([
  [
    'along an output axis',
    op`[${x}; ${y}]`,
    [
      [1, 2, 3],
      [10, 20, 30],
    ],
  ],
  [
    'along an input axis',
    op`(${x}, ${y})`,
    [
      [1, 10],
      [2, 20],
      [3, 30],
    ],
  ],
  [
    'along a batch axis',
    op`[| ${x}; ${y} |]`,
    [
      [1, 2, 3],
      [10, 20, 30],
    ],
  ],
  ['one alone', op`[${x}]`, [[1, 2, 3]]],
  ['one alone, twice', op`[| [${x}] |]`, [[[1, 2, 3]]]],
  [
    'in each other',
    op`[[${x}; ${y}]; [${y}; ${x}]] ++ "ijk => ij"`,
    [
      [6, 60],
      [60, 6],
    ],
  ],
  ['of scalars', op`[${x} ++ "i => "; 1; 2 + 3]`, [6, 1, 5]],
])('stacks %s', async (_, stacked, expected) => {
  expect(await valueOf(stacked)).toEqual(expected);
});

test('spellings of application', async () => {
  const { a, b, c, d } = op<Record<'a' | 'b' | 'c' | 'd', Tensor>>`
    f(x, y) = x - y; one() = 1;
    a = f(${x}, ${y}); b = f (${x}, ${y}); c = relu ${x} + one(); d = relu(${x}) + one()`;
  expect(await valueOf(a)).toEqual(await valueOf(b));
  expect(await valueOf(c)).toEqual(await valueOf(d));
});

test('a convolution without a mark is a valid one', async () => {
  const z = tensor([1, 2, 3, 4, 5], { label: 'z' });
  const [bare, marked] = [op`${z} +* "2*o+k; k => o" ${x}`, op`${z} +* "2*o<+k; k => o" ${x}`];
  expect(await valueOf(bare)).toEqual([14, 26]);
  expect(await valueOf(marked)).toEqual([14, 26]);
});

test('the margins of a padded convolution hold what accumulating ignores', async () => {
  const below = tensor([-5, -6, -7], { label: 'below' });
  const above = tensor([5, 6, 7], { label: 'above' });
  const ones = tensor([1, 1, 1], { label: 'ones' });
  const zeros = tensor([0, 0, 0], { label: 'zeros' });
  // Margins of 0 would win both.
  expect(await valueOf(op`${below} @^+ "o=+k; k => o" ${zeros}`)).toEqual([-5, -5, -6]);
  expect(await valueOf(op`${above} @-+ "o=+k; k => o" ${zeros}`)).toEqual([5, 5, 6]);
  expect(await valueOf(op`${above} +* "o=+k; k => o" ${ones}`)).toEqual([11, 18, 13]);
});

test('data by a function, and under batch axes', async () => {
  const squares = Float64Array.from({ length: 6 }, (_, i) => i * i);
  const data = tensor(squares, { label: 'data', batch: [2], output: [3] });
  expect(await valueOf(data)).toEqual([
    [0, 1, 4],
    [9, 16, 25],
  ]);
  expect(data.explain()).toContain('2 | 3');
});

test('a named function of code is pointwise; a product says that its axes meet', async () => {
  const matrix = (label: string, cells: readonly number[]): Tensor =>
    tensor(Float64Array.from(cells), { label, input: [2], output: [2] });
  const [a, b, d] = [
    matrix('a', [1, 2, 3, 4]),
    matrix('b', [1, 1, 1, 1]),
    matrix('d', [0, 0, 0, 0]),
  ];
  const p = op`{ p = 0; i = [2]; o = [2] }`;
  const [pointwise] = await valuesAfter(cd`${p} =:+ fma(${a}, ${b}, ${d})`, [p]);
  expect(pointwise).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const composed = [
    [3, 3],
    [7, 7],
  ];
  expect(await valuesAfter(cd`${p} =: ${d}; ${p} =+ ${a} * ${b} ~logic:"@"`, [p])).toEqual([
    composed,
  ]);
  expect(await valueOf(op`${a} * ${b} + ${d}`)).toEqual(composed);
});

test('a product of three, by cells and by a spec', async () => {
  expect(await valueOf(op`mul3(${x}, ${y}, 2)`)).toEqual([20, 80, 180]);
  expect(await valueOf(op`(${x}, ${y}, ${x}) +* "i; i; i => 0"`)).toEqual([10 + 80 + 270]);
});

test('an axis that is a multiple of another', async () => {
  const half = op`({ w = 1 } ++ "2*i => i") +* "i; i => i" ${x}`;
  expect(await valueOf(half.param('w'))).toEqual([1, 1, 1, 1, 1, 1]);
});

test('input axes that equal the output axes', async () => {
  const residual = op`${x} + { w = 1 } * ${x}`;
  expect(await valueOf(residual.param('w'))).toEqual([
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ]);
});

test('f16 rounds what it is given, large numbers as well', async () => {
  const large = tensor(Float64Array.of(20001, 65504), { label: 'large', dtype: 'f16' });
  expect(await valueOf(large)).toEqual([20000, 65504]);
});
