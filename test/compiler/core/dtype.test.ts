import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, type DType, roundTo, shortest } from '../../../compiler/core/dtype.ts';

const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 2000) };

test.each<[title: string, dtype: DType, value: number, stored: number]>([
  ['f32 rounds', 'f32', 0.1, Math.fround(0.1)],
  ['f32 overflows', 'f32', 1e39, Infinity],
  ['f32 keeps -0', 'f32', -0, -0],
  ['f64 keeps everything', 'f64', 0.1, 0.1],
  ['i32 drops the fraction', 'i32', -2.7, -2],
  ['i32 wraps', 'i32', 2 ** 31, -(2 ** 31)],
  ['i32 has one zero', 'i32', -0, 0],
  ['bool: anything but zero is true', 'bool', -0.5, 1],
  ['bool: NaN is true', 'bool', NaN, 1],
  ['bool: both zeros are false', 'bool', -0, 0],
])('%s', (_, dtype, value, stored) => {
  expect(roundTo(dtype, value)).toBe(stored);
});

test('what is stored once stays as it is', () => {
  for (const dtype of Object.keys(bytesOf) as DType[])
    fc.assert(
      fc.property(fc.double(), x => {
        const stored = roundTo(dtype, x);
        expect(roundTo(dtype, stored)).toBe(stored);
      }),
    );
});

test('bytes are those of the arrays that hold them', () => {
  const { f32, f64, i32, bool } = bytesOf;
  const arrays = [Float32Array, Float64Array, Int32Array, Uint8Array];
  expect([f32, f64, i32, bool]).toEqual(arrays.map(array => array.BYTES_PER_ELEMENT));
});

test.each<[dtype: DType, value: number, text: string]>([
  ['f32', Math.fround(0.1), '0.1'],
  ['f32', 0.1, '0.1'],
  ['f32', 1023.99993896484375, '1023.99994'],
  ['f32', 2 ** -149, '1e-45'],
  ['f32', 2 ** 24, '16777216'],
  ['f32', 100, '100'],
  ['f64', Math.fround(0.1), '0.10000000149011612'],
  ['f64', 1e21, '1e+21'],
  ['i32', -3, '-3'],
  ['bool', 1, '1'],
  ['f32', -0, '-0'],
  ['f64', -0, '-0'],
  ['f32', NaN, 'NaN'],
  ['f32', -Infinity, '-Infinity'],
])('%s %d is written %s', (dtype, value, text) => {
  expect(shortest(dtype, value)).toBe(text);
});

test.each<[dtype: DType, numbers: fc.Arbitrary<number>]>([
  ['f32', fc.float()],
  ['f32', fc.integer({ min: 1, max: 2 ** 24 }).map(n => Math.fround(n / 2 ** 14))],
  ['f64', fc.double()],
])('%s reads back as the same value', (dtype, numbers) => {
  fc.assert(
    fc.property(numbers, x => {
      expect(roundTo(dtype, Number(shortest(dtype, x)))).toBe(x);
    }),
    runs,
  );
});

test('no shorter text reads back as the same f32', () => {
  const numbers = fc.integer({ min: 1, max: 2 ** 24 }).map(n => Math.fround(n / 2 ** 14));
  fc.assert(
    fc.property(numbers, x => {
      const fewer = digitsOf(shortest('f32', x)) - 1;
      if (fewer > 0) expect(Math.fround(Number(x.toPrecision(fewer)))).not.toBe(x);
    }),
    runs,
  );
});

function digitsOf(text: string): number {
  const digits = text.replace(/e.*/, '').replace('.', '').replace(/^0+/, '');
  return (text.includes('.') ? digits : digits.replace(/0+$/, '')).length;
}
