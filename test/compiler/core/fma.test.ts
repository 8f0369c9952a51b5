import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fma32, fma64 } from '../../../compiler/core/fma.ts';
import { f32, f64, type Format, fusedMultiplyAdd } from '../../support/exact-arithmetic.ts';

const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 3000) };

const specials = [0, 1, 3, Infinity, NaN];
const corners32 = [2 ** -149, 2 ** -126, 2 ** 24 - 1, 1 + 2 ** -23, 2 ** 127 * (2 - 2 ** -23)];
const corners64 = [2 ** -1074, 2 ** -1022, 2 ** 53 - 1, 1 + 2 ** -52, Number.MAX_VALUE, 2 ** -500];
const signed = (numbers: readonly number[]): number[] => numbers.flatMap(x => [x, -x]);

test.each([
  ['zeros of one sign keep it', -0, 1, -0, -0],
  ['zeros of two signs are +0', -0, 1, 0, 0],
  ['a cancelled sum is +0', 1, 1, -1, 0],
  ['infinity times zero', Infinity, 0, 1, NaN],
  ['infinity less infinity', Infinity, 1, -Infinity, NaN],
  ['a NaN', 1, 1, NaN, NaN],
])('%s', (_, a, b, c, expected) => {
  expect(fma32(a, b, c)).toBe(expected);
  expect(fma64(a, b, c)).toBe(expected);
});

test('a sum far below the last bit still breaks a tie', () => {
  // The exact square ends in half of a last bit.
  const [x32, x64] = [1 + 2 ** -12, 1 + 2 ** -27 + 2 ** -52];
  expect(fma32(x32, x32, 2 ** -100)).toBe(1 + 2 ** -11 + 2 ** -23);
  expect(fma32(x32, x32, -(2 ** -100))).toBe(1 + 2 ** -11);
  for (const c of [2 ** -200, -(2 ** -200)])
    expect(fma64(x64, x64, c)).toBe(fusedMultiplyAdd(f64, x64, x64, c));
});

describe('fma32 is a * b + c rounded once', () => {
  test('at every triple of corners', () => {
    const corners = signed([...specials, ...corners32]);
    for (const [a, b, c] of triples(corners)) {
      expect(fma32(a, b, c), `${a} * ${b} + ${c}`).toBe(fusedMultiplyAdd(f32, a, b, c));
    }
  });

  test.each([
    ['any numbers', fc.float()],
    ['numbers of few bits, whose sums are often ties', sparse(f32, -130, 120)],
    ['small numbers, whose sums are often subnormal', sparse(f32, -149, -60)],
  ])('%s', (_, number) => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expect(fma32(a, b, c)).toBe(fusedMultiplyAdd(f32, a, b, c));
      }),
      runs,
    );
  });

  test('a sum next to its product, so that all bits of both count', () => {
    fc.assert(
      fc.property(sparse(f32, -60, 60), sparse(f32, -60, 60), nearby, (a, b, near) => {
        const c = Math.fround(a * b * near);
        expect(fma32(a, b, c)).toBe(fusedMultiplyAdd(f32, a, b, c));
      }),
      runs,
    );
  });
});

describe('fma64 is a * b + c rounded once, or twice where its product is not exact', () => {
  const expected = (a: number, b: number, c: number): number =>
    !Number.isFinite(c) || (hasExactProduct(a, b) && Number.isFinite(a * b + c))
      ? fusedMultiplyAdd(f64, a, b, c)
      : a * b + c;

  test('at every triple of corners', () => {
    for (const [a, b, c] of triples(signed([...specials, ...corners64]))) {
      expect(fma64(a, b, c), `${a} * ${b} + ${c}`).toBe(expected(a, b, c));
    }
  });

  test.each([
    ['any numbers', fc.double()],
    ['numbers of few bits, whose sums are often ties', sparse(f64, -300, 300)],
    ['small numbers, around the least exact product', sparse(f64, -500, -470)],
    ['large numbers, around the largest exact product', sparse(f64, 480, 530)],
  ])('%s', (_, number) => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expect(fma64(a, b, c)).toBe(expected(a, b, c));
      }),
      runs,
    );
  });

  test('a sum next to its product, so that all bits of both count', () => {
    fc.assert(
      fc.property(sparse(f64, -200, 200), sparse(f64, -200, 200), nearby, (a, b, near) => {
        const c = a * b * near;
        expect(fma64(a, b, c)).toBe(fusedMultiplyAdd(f64, a, b, c));
      }),
      runs,
    );
  });

  test('a product that is never rounded does not overflow beside an infinity', () => {
    expect(fma64(2 ** 1000, 2 ** 100, -Infinity)).toBe(-Infinity);
    expect(fusedMultiplyAdd(f64, 2 ** 1000, 2 ** 100, -Infinity)).toBe(-Infinity);
  });

  const ulp = 2 ** -52;
  const small = 2 ** -485 * (1 + ulp);
  test.each([
    ['a product that overflows', 2 ** 1000, 2 ** 24, -(2 ** 1023), Infinity],
    ['a factor too large to halve', 2 ** 1000 * (1 + ulp), 1 - ulp / 2, -(2 ** 1000), 0],
    ['a product too small', small, small, -small * small, 0],
  ])('%s is rounded by itself', (_, a, b, c, twice) => {
    expect(fma64(a, b, c)).toBe(twice);
    expect(fusedMultiplyAdd(f64, a, b, c)).not.toBe(twice);
  });
});

/** As `fma.ts` promises: no half overflows, and the low half of the product is a double. */
function hasExactProduct(a: number, b: number): boolean {
  const canSplit = [a, b].every(x => Math.abs(x) <= Number.MAX_VALUE / (2 ** 27 + 1));
  return canSplit && Math.abs(a * b) >= 2 ** -969;
}

/** Two bits anywhere in the significand. */
function sparse(format: Format, low: number, high: number): fc.Arbitrary<number> {
  const bit = fc.integer({ min: 1, max: format.precision - 1 });
  return fc
    .tuple(fc.constantFrom(1, -1), bit, bit, fc.integer({ min: low, max: high }))
    .map(([sign, i, j, exponent]) => sign * (1 + 2 ** -i + (i === j ? 0 : 2 ** -j)) * 2 ** exponent)
    .map(x => (format === f32 ? Math.fround(x) : x));
}

const nearby = fc
  .tuple(fc.constantFrom(1, -1), fc.integer({ min: -60, max: 60 }))
  .map(([sign, exponent]) => sign * 2 ** exponent);

function* triples(numbers: readonly number[]): Generator<readonly [number, number, number]> {
  for (const a of numbers) for (const b of numbers) for (const c of numbers) yield [a, b, c];
}
