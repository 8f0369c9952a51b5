import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DType, holds, roundTo, shortest, type Value } from '../../../compiler/core/dtype.ts';
import { type Integer, integerFormats, limitsOf } from '../../../compiler/core/integer.ts';
import { evaluate, neutralOf, type Op } from '../../../compiler/core/op.ts';

const integers = Object.keys(integerFormats) as Integer[];
const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 500) };

/** What is left of an integer in so many bits: by counting around, not by masking. */
function around(dtype: Integer, whole: bigint): Value {
  const [lowest, highest] = limitsOf(dtype).map(BigInt) as [bigint, bigint];
  const count = highest - lowest + 1n;
  const wrapped = ((((whole - lowest) % count) + count) % count) + lowest;
  return dtype === 'i64' || dtype === 'u64' ? wrapped : Number(wrapped);
}

function valuesOf(dtype: Integer): fc.Arbitrary<Value> {
  const [min, max] = limitsOf(dtype).map(BigInt) as [bigint, bigint];
  const near = fc.bigInt({ min: 0n, max: 4n }).map(i => [min + i, max - i, i, around(dtype, -i)]);
  return fc
    .oneof(
      fc.bigInt({ min, max }),
      near.chain(values => fc.constantFrom(...values.map(BigInt))),
    )
    .map(value => around(dtype, value));
}

type Exactly = (a: bigint, b: bigint, c: bigint) => bigint;

const arithmetic: Partial<Record<Op, Exactly>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a > b ? b : a),
  neg: a => -a,
  abs: a => (a > 0n ? a : -a),
  relu: a => (a > 0n ? a : 0n),
  fma: (a, b, c) => a * b + c,
};
type Compares = (a: bigint, b: bigint) => boolean;

const comparisons: Partial<Record<Op, Compares>> = {
  lt: (a, b) => a < b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
};

describe.each(integers)('%s', dtype => {
  const three = [valuesOf(dtype), valuesOf(dtype), valuesOf(dtype)] as const;

  test.each(Object.entries(arithmetic) as [Op, Exactly][])('%s wraps', (op, exactly) => {
    fc.assert(
      fc.property(...three, (a, b, c) => {
        const whole = exactly(BigInt(a), BigInt(b), BigInt(c));
        expect(evaluate(op, dtype, a, b, c)).toBe(around(dtype, whole));
      }),
      runs,
    );
  });

  test.each(Object.entries(comparisons) as [Op, Compares][])(
    '%s compares all bits',
    (op, exactly) => {
      fc.assert(
        fc.property(three[0], three[1], (a, b) => {
          expect(evaluate(op, 'bool', a, b)).toBe(Number(exactly(BigInt(a), BigInt(b))));
        }),
        runs,
      );
    },
  );

  test('a choice keeps what it chooses', () => {
    const [lowest, highest] = limitsOf(dtype);
    expect(evaluate('where', dtype, 1, lowest, highest)).toBe(lowest);
    expect(evaluate('where', dtype, 0, lowest, highest)).toBe(highest);
  });

  test('a double loses its fraction and wraps', () => {
    fc.assert(
      fc.property(fc.double(), x => {
        const whole = Number.isFinite(x) ? BigInt(Math.trunc(x)) : 0n;
        expect(roundTo(dtype, x)).toBe(around(dtype, whole));
      }),
      runs,
    );
  });

  test('one integer becomes another by its last bits', () => {
    for (const other of integers) {
      fc.assert(
        fc.property(valuesOf(other), x => {
          expect(roundTo(dtype, x)).toBe(around(dtype, BigInt(x)));
        }),
        { numRuns: 50 },
      );
    }
  });

  test('the extremes start a maximum and a minimum', () => {
    const [lowest, highest] = limitsOf(dtype);
    expect([neutralOf('max', dtype), neutralOf('min', dtype)]).toEqual([lowest, highest]);
  });
});

test.each<[dtype: DType, value: Value, isHeld: boolean]>([
  ['i32', 0.5, false],
  ['i32', 2 ** 31, false],
  ['u8', -1, false],
  ['u8', 255, true],
  ['i64', 2 ** 60, true],
  ['i64', 2 ** 63, false],
  ['bool', 2, false],
  ['bool', 1, true],
  ['f8e4m3', 0.1, true],
])('%s holds %d: %s', (dtype, value, isHeld) => {
  expect(holds(dtype, value)).toBe(isHeld);
});

// Each is just above a tie of the target, by less than a double has room for.
test.each<[dtype: DType, value: bigint, stored: number]>([
  ['f64', 2n ** 53n + 1n, 2 ** 53],
  ['f32', 2n ** 62n + 2n ** 38n + 1n, 2 ** 62 + 2 ** 39],
  ['f32', -(2n ** 62n) - 2n ** 38n - 1n, -(2 ** 62) - 2 ** 39],
  ['f32', 2n ** 62n + 2n ** 38n, 2 ** 62],
  ['bf16', 2n ** 62n + 2n ** 54n + 1n, 2 ** 62 + 2 ** 55],
  ['bf16', 2n ** 63n + 2n ** 55n + 1n, 2 ** 63 + 2 ** 56],
])('%s of %d is rounded once', (dtype, value, stored) => {
  expect(roundTo(dtype, value)).toBe(stored);
});

test('64-bit integers are written with all their digits', () => {
  expect(shortest('i64', -(2n ** 63n))).toBe('-9223372036854775808');
  expect(shortest('u64', 2n ** 64n - 1n)).toBe('18446744073709551615');
});
