import { describe, expect, test } from 'vitest';
import { bucketsOf, mergeTree, ownersOf, shardSizes, treeSum } from '../../../dsl/train/shards.ts';

test.each([
  [10, 4, [3, 3, 2, 2]],
  [12, 4, [3, 3, 3, 3]],
  [3, 4, [1, 1, 1, 0]],
  [7, 1, [7]],
])('%i examples in %i parts', (examples, shards, expected) => {
  expect(shardSizes(examples, shards)).toEqual(expected);
});

describe('the tree', () => {
  test('is that of the slides: the second half to the first', () => {
    expect(mergeTree(8, 0)).toEqual([
      [0, 1, 2, 3].map(dst => ({ dst, src: dst + 4 })),
      [0, 1].map(dst => ({ dst, src: dst + 2 })),
      [{ dst: 0, src: 1 }],
    ]);
    expect(mergeTree(1, 0)).toEqual([]);
  });

  const shapes = Array.from({ length: 9 }, (_, i) => i + 1).flatMap(shards =>
    Array.from({ length: shards }, (_, owner) => [shards, owner] as const),
  );

  /** What the owner has in the end, as a text that shows which sums met: operands sorted, as they commute. */
  function sumAt(shards: number, owner: number): string {
    const sums = Array.from({ length: shards }, (_, i) => `${i}`);
    for (const { dst, src } of mergeTree(shards, owner).flat()) {
      sums[dst] = `(${[sums[dst], sums[src]].toSorted().join('+')})`;
      sums[src] = 'gone';
    }
    return sums[owner] ?? '';
  }

  test.each(shapes)('of %i adds up all at shard %i, in the same pairs', (shards, owner) => {
    const sum = sumAt(shards, owner);
    expect(sum).toBe(sumAt(shards, 0));
    expect([...sum.matchAll(/\d/g)].map(([digit]) => Number(digit)).toSorted()).toEqual(
      Array.from({ length: shards }, (_, i) => i),
    );
  });

  test('adds numbers', () => {
    expect(treeSum([1, 2, 3, 4, 5])).toBe(15);
    // In pairs: one after the other, the small ones would be lost.
    expect(treeSum([2 ** 53, 1, 0, 1])).toBe(2 ** 53 + 2);
  });
});

test('few cells have one owner; many are shared by their size', () => {
  expect(ownersOf([100, 200, 300], 4)).toEqual([0, 0, 0]);
  expect(ownersOf([401_408, 512, 262_144, 512, 5120, 10], 2)).toEqual([0, 1, 1, 1, 1, 1]);
  expect(ownersOf([20_000, 20_000, 20_000, 20_000], 3)).toEqual([0, 1, 2, 0]);
  expect(ownersOf([1_000_000], 4)).toEqual([0]);
});

test('buckets are of neighbours, and none is too small', () => {
  const buckets = (sizes: readonly number[], least: number) =>
    bucketsOf(sizes, size => size, least);
  expect(buckets([1, 2, 3, 4, 5], 5)).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(buckets([5, 5, 1], 5)).toEqual([[5], [5, 1]]);
  expect(buckets([1, 2], 100)).toEqual([[1, 2]]);
  expect(buckets([1, 2], 1)).toEqual([[1], [2]]);
  expect(buckets([], 1)).toEqual([]);
});
