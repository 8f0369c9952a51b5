/** What ranks do together, as `inProcess` defines it, against plain sums. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dtypes } from '../../../compiler/index.ts';
import { type Collective, HostBuffer, inProcess, shareOf } from '../../../runtime/index.ts';
import { combine } from '../../../runtime/collective/combine.ts';
import { bitsOf, valuesOf } from '../../support/rank-values.ts';

/** What each rank gets to do, at once. */
function onAll<T>(size: number, act: (rank: Collective) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(inProcess(size).map(act));
}

const f64 = (...values: readonly number[]): HostBuffer =>
  new HostBuffer('f64', Float64Array.from(values));

const numbersIn = (buffer: HostBuffer): readonly number[] => Array.from(buffer.read(), Number);

describe('on random lengths, against plain code', () => {
  const cases = fc.record({
    size: fc.integer({ min: 1, max: 9 }),
    cells: fc.integer({ min: 0, max: 40 }),
  });
  const valueAt = (rank: number, i: number): number => 100 * rank + i;
  const own = (rank: number, cells: number): HostBuffer =>
    f64(...Array.from({ length: cells }, (_, i) => valueAt(rank, i)));
  const sumAt = (size: number, i: number): number =>
    Array.from({ length: size }, (_, r) => valueAt(r, i)).reduce((a, b) => a + b, 0);
  const all = (cells: number, at: (i: number) => number): readonly number[] =>
    Array.from({ length: cells }, (_, i) => at(i));

  test('allReduce', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ size, cells }) => {
        await onAll(size, async world => {
          const buffer = own(world.rank, cells);
          await world.allReduce(buffer);
          expect(numbersIn(buffer)).toEqual(all(cells, i => sumAt(size, i)));
          await world.allReduce(buffer, { op: 'max' });
          await world.allReduce(buffer, { op: 'min' });
          expect(numbersIn(buffer)).toEqual(all(cells, i => sumAt(size, i)));
        });
      }),
    ));

  test('reduceScatter, then allGather of the shares', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ size, cells }) => {
        await onAll(size, async world => {
          const { first, count } = shareOf(cells, world.rank, size);
          const share = f64(...all(count, () => NaN));
          await world.reduceScatter(own(world.rank, cells), share);
          expect(numbersIn(share)).toEqual(all(count, i => sumAt(size, first + i)));
          const whole = f64(...all(cells, () => NaN));
          await world.allGather(share, whole);
          expect(numbersIn(whole)).toEqual(all(cells, i => sumAt(size, i)));
        });
      }),
    ));

  test('broadcast, and a ring of sendRecv', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ size, cells }) => {
        await onAll(size, async world => {
          const { rank } = world;
          const cast = own(rank, cells);
          await world.broadcast(cast, size - 1);
          expect(numbersIn(cast)).toEqual(all(cells, i => valueAt(size - 1, i)));
          const into = f64(...all(cells, () => NaN));
          const [to, from] = [(rank + 1) % size, (rank + size - 1) % size];
          await world.sendRecv(own(rank, cells), into, { to, from });
          expect(numbersIn(into)).toEqual(all(cells, i => valueAt(from, i)));
        });
      }),
    ));

  test('shares are all of it, in order, and differ by one at most', () =>
    fc.assert(
      fc.property(cases, ({ size, cells }) => {
        const shares = Array.from({ length: size }, (_, rank) => shareOf(cells, rank, size));
        let next = 0;
        for (const { first, count } of shares) {
          expect(first).toBe(next);
          next += count;
        }
        expect(next).toBe(cells);
        const counts = shares.map(({ count }) => count);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    ));
});

test('parts are added by one tree over ranks: neighbours, then pairs of pairs', () => {
  // Large numbers that cancel show who was added to whom: a small one beside a large one is lost.
  const big = 2 ** 60;
  const sum = (...parts: readonly number[]): number =>
    Number(
      combine(
        'sum',
        'f64',
        parts.map(part => Float64Array.of(part)),
      )[0],
    );
  expect(sum(big, -big, 1, 1)).toBe(2);
  expect(sum(big, 1, -big, 1)).toBe(0);
  expect(sum(1, 1, big, -big, 1)).toBe(3);
  expect(sum(1, big, -big)).toBe(0);
  expect(sum(1, 2, big, -big, big, -big, 4)).toBe(7);
});

test('narrow floats are added as f32 and rounded once', () => {
  const sum = (dtype: 'bf16' | 'f16', ...values: readonly number[]): readonly number[] =>
    Array.from<unknown, number>(
      combine(
        'sum',
        dtype,
        values.map(v => Float32Array.of(v)),
      ),
      Number,
    );
  // Each of the small ones alone is lost beside 256 in bf16, which has eight bits.
  expect(sum('bf16', 256, 0.5, 0.5, 0.5, 0.5)).toEqual([258]);
  expect(sum('f16', 60000, 60000, -60000)).toEqual([60000]);
});

test('integers wrap, and 64 of their bits are kept', () => {
  const wide = [2n ** 62n, 2n ** 62n, 1n].map(value => BigInt64Array.of(value));
  expect(combine('sum', 'i64', wide)[0]).toBe(-(2n ** 63n) + 1n);
  expect(combine('sum', 'i8', [Int8Array.of(100), Int8Array.of(100)])[0]).toBe(-56);
});

test('of a NaN and a number the maximum is NaN', () => {
  const parts = [1, NaN, 2].map(value => Float32Array.of(value));
  expect(combine('max', 'f32', parts)[0]).toBeNaN();
  expect(combine('min', 'f32', parts.toReversed())[0]).toBeNaN();
});

test.each(dtypes)(
  '%s: all ranks get the same bits, which do not depend on the length',
  async dtype => {
    const long = await onAll(5, async world => {
      const buffer = new HostBuffer(dtype, valuesOf(dtype, 37, world.rank, 'x'));
      await world.allReduce(buffer);
      return bitsOf(buffer.read());
    });
    expect(new Set(long).size).toBe(1);
    const short = await onAll(5, async world => {
      const buffer = new HostBuffer(dtype, valuesOf(dtype, 3, world.rank, 'x'));
      await world.allReduce(buffer);
      return bitsOf(buffer.read());
    });
    expect(long[0]?.startsWith(short[0] ?? '?')).toBe(true);
  },
);

test('ranks that mean different things are all told', async () => {
  const results = await Promise.allSettled(
    inProcess(2).map(world =>
      world.rank === 0 ? world.allReduce(f64(1, 2)) : world.broadcast(f64(1, 2), 0),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const [first] = results;
  expect(first?.status === 'rejected' ? String(first.reason) : '').toMatchInlineSnapshot(`
    "UserError: error[EINC0952]: the ranks do not do the same: they differ in collective 1
      = note: rank 0 came to \`allReduce\` of 2 f64
      = note: rank 1 came to \`broadcast\` of 2 f64, from rank 0
      = help: all ranks call the same functions in the same order, with arrays of the same size"
  `);
});
