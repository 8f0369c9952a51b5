/** Brackets that hold tensors, beside `take` and `take_batch` of the same. */
import { expect, test } from 'vitest';
import { cd, op, type Tensor, tensor } from '../../../dsl/einc.ts';
import { valueOf, valuesAfter } from '../../support/evaluate.ts';

const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x', output: [2, 3] });
const rows = tensor([1, 2, 3, 4, 5, 6], { label: 'rows', batch: [3], output: [2] });
const ids = tensor([1, 0, 1, 7], { label: 'ids' });
const words = tensor([1, 0], { label: 'words', batch: [2] });
const columns = tensor([2, 0, 1, 1], { label: 'columns' });

const pairs: readonly (readonly [string, () => Tensor, () => Tensor])[] = [
  ['rows', () => op`${x}[${ids}]`, () => op`take(${x}, ${ids})`],
  ['for a batch', () => op`${x}[${words}]`, () => op`take(${x}, ${words})`],
  ['cells', () => op`${x}[${ids}, ${columns}]`, () => op`take(${x}, ${ids}, ${columns})`],
  ['computed', () => op`${x}[1 - ${ids}]`, () => op`take(${x}, 1 - ${ids})`],
  ['batch axes', () => op`${rows}[${ids} |]`, () => op`take_batch(${rows}, ${ids})`],
  ['a slice too', () => op`${x}[${ids}, 1:]`, () => op`take(${x}[:, 1:], ${ids})`],
  ['of an index', () => op`${x}[1, ${columns}]`, () => op`take(${x}[1], ${columns})`],
  ['an index of batch axes', () => op`${rows}[0 | ${ids}]`, () => op`take(${rows}[0 |], ${ids})`],
];

test.each(pairs)('%s', async (_, brackets, taken) => {
  const [found, wanted] = [brackets(), taken()];
  expect(await valueOf(found)).toEqual(await valueOf(wanted));
});

test('the values, once without `take`', async () => {
  expect(await valueOf(op`${x}[${ids}]`)).toEqual([
    [4, 5, 6],
    [1, 2, 3],
    [4, 5, 6],
    [0, 0, 0],
  ]);
});

test('in an assignment', async () => {
  const y = op`{ y; o = [4] }`;
  const code = cd`${y} =: ${x}[${ids}, ${columns}] + 1`;
  expect(await valuesAfter(code, [y])).toEqual([[7, 2, 6, 1]]);
});
