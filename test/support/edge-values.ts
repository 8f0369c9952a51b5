/** The numbers that arithmetic is wrong on when it is wrong at all, and how far results are apart. */
import type { DType } from '../../compiler/core/dtype.ts';

const ordinary = [1, -1, 2, -2, 3, 0.5, -0.5, 0.1, -0.75, 1.25, 10, -100, Math.PI];
const special = [0, -0, NaN, Infinity, -Infinity];

const edges = {
  f32: [
    ...[2 ** -149, -(2 ** -149), 2 ** -140, 2 ** -127, 2 ** -126, -(2 ** -126)],
    ...[3.4028234663852886e38, -3.4028234663852886e38, 1e30, -1e30, 1e-30, 2 ** 24 - 1, 2 ** 24],
    ...[1 + 2 ** -23, 1 - 2 ** -24, 88, -104, 4097],
  ].map(Math.fround),
  f64: [
    ...[5e-324, -5e-324, 2 ** -1060, 2 ** -1023, 2 ** -1022, -(2 ** -1022)],
    ...[Number.MAX_VALUE, -Number.MAX_VALUE, 1e300, -1e300, 1e-300, 2 ** 53 - 1, 2 ** 53],
    ...[1 + 2 ** -52, 1 - 2 ** -53, 709, -745, 94906267],
  ],
} as const;

const whole = [
  0,
  1,
  -1,
  2,
  -2,
  3,
  7,
  -7,
  10,
  31,
  65535,
  65536,
  46341,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) + 1,
];

export function edgeValues(dtype: DType): readonly number[] {
  if (dtype === 'f32' || dtype === 'f64') return [...special, ...edges[dtype], ...ordinary];
  return dtype === 'bool' ? [0, 1] : whole;
}

/** Every list of `length` values, the last changing fastest. */
export function tuples(values: readonly number[], length: number): readonly (readonly number[])[] {
  if (length === 0) return [[]];
  return tuples(values, length - 1).flatMap(tuple => values.map(value => [...tuple, value]));
}

/** How many numbers of the type lie between two: 0 when they are the same, or both are NaN. */
export function ulpsBetween(dtype: 'f32' | 'f64', a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  const distance = rank(dtype, a) - rank(dtype, b);
  return Number(distance < 0n ? -distance : distance);
}

/** Its place among all numbers of the type, in order; -0 comes just before 0. */
function rank(dtype: 'f32' | 'f64', x: number): bigint {
  const bits =
    dtype === 'f32'
      ? BigInt(new Int32Array(Float32Array.of(x).buffer)[0] ?? 0)
      : (new BigInt64Array(Float64Array.of(x).buffer)[0] ?? 0n);
  const sign = dtype === 'f32' ? 1n << 31n : 1n << 63n;
  return bits < 0n ? -(bits + sign) - 1n : bits;
}
