import { describe, expect, test } from 'vitest';
import { roundTo, shortest } from '../../../compiler/core/dtype.ts';
import { fromBits, largestOf, toBits } from '../../../compiler/core/narrow-float.ts';
import {
  ascending,
  critical,
  narrowFloats,
  nearestByTable,
  patternCount,
  valuesOfPatterns,
} from '../../support/narrow-values.ts';

describe.each(narrowFloats)('%s', dtype => {
  test('every pattern of bits is the number that counting gives', () => {
    const wrong = valuesOfPatterns(dtype).filter(
      (value, i) => !Object.is(fromBits(dtype, i), value),
    );
    expect(wrong).toEqual([]);
  });

  test('every number goes back to its bits, and rounds to itself', () => {
    for (let bits = 0; bits < patternCount(dtype); bits++) {
      const value = fromBits(dtype, bits);
      if (!Object.is(roundTo(dtype, value), value)) expect(roundTo(dtype, value)).toBe(value);
      if (!Number.isNaN(value) && toBits(dtype, value) !== bits) {
        expect(toBits(dtype, value)).toBe(bits);
      }
    }
    expect(fromBits(dtype, toBits(dtype, NaN))).toBeNaN();
  });

  test('rounds to the nearest, to even between two, from the double itself', () => {
    const wrong = critical(dtype, 16).filter(
      x => !Object.is(roundTo(dtype, x), nearestByTable(dtype, x)),
    );
    expect(wrong.slice(0, 5).map(x => [x, roundTo(dtype, x), nearestByTable(dtype, x)])).toEqual(
      [],
    );
  });

  test('is written so that it reads back', () => {
    for (const value of ascending(dtype).finite) {
      const read = roundTo(dtype, Number(shortest(dtype, value)));
      if (read !== value) expect(read).toBe(value);
    }
  });
});

test.each([
  ['f16', 65504],
  ['bf16', 3.3895313892515355e38],
  ['f8e4m3', 448],
  ['f8e5m2', 57344],
] as const)('the largest %s is %d', (dtype, value) => {
  expect(largestOf(dtype)).toBe(value);
});

test.each([
  ['f16', 65519.99, 65504],
  ['f16', 65520, Infinity],
  ['f8e4m3', 464, 448],
  ['f8e4m3', 464.0000001, NaN],
  ['f8e4m3', -Infinity, NaN],
  ['f8e5m2', 61439, 57344],
  ['f8e5m2', 61440, Infinity],
  ['bf16', -3.4e38, -Infinity],
] as const)('%s makes %d %d', (dtype, value, stored) => {
  expect(roundTo(dtype, value)).toBe(stored);
});

// Rounded to f32 first, each of these would be a tie, and would go the other way.
test.each([
  ['f16', 1 + 2 ** -11 + 2 ** -40, 1 + 2 ** -10],
  ['bf16', 1 + 2 ** -8 + 2 ** -40, 1 + 2 ** -7],
  ['f8e4m3', 1 + 2 ** -4 + 2 ** -40, 1.125],
  ['f8e5m2', 1 + 2 ** -3 + 2 ** -40, 1.25],
] as const)('%s rounds once', (dtype, value, stored) => {
  expect(roundTo(dtype, value)).toBe(stored);
  expect(roundTo(dtype, Math.fround(value))).toBe(1);
});

test.each([
  ['bf16', 3.140625, '3.14'],
  ['f16', 0.0999755859375, '0.1'],
  ['f8e4m3', 0.1015625, '0.1'],
  ['f8e5m2', 57344, '60000'],
  ['bf16', -0, '-0'],
  ['f8e4m3', NaN, 'NaN'],
] as const)('%s %d is written %s', (dtype, value, text) => {
  expect(shortest(dtype, value)).toBe(text);
});
