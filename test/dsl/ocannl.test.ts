/** What OCANNL has a function for and einc a way: the rows of docs/ocannl.md that no other file has. */
import { expect, test } from 'vitest';
import { op, type Tensor, tensor } from '../../dsl/index.ts';
import { valueOf } from '../support/evaluate.ts';
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
