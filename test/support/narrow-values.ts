/**
 * The numbers of the narrow floats, read off their bits by counting, and rounding by looking for the
 * nearest of them. Slow and obvious: no arithmetic of the compiler's is in it.
 */
import type { NarrowFloat } from '../../compiler/core/narrow-float.ts';
import { exactly } from './exact-arithmetic.ts';

export const narrowFloats: readonly NarrowFloat[] = ['f16', 'bf16', 'f8e4m3', 'f8e5m2'];

const layouts = {
  f16: { exponent: 5, fraction: 10, first: -24, infinity: true },
  bf16: { exponent: 8, fraction: 7, first: -133, infinity: true },
  f8e4m3: { exponent: 4, fraction: 3, first: -9, infinity: false },
  f8e5m2: { exponent: 5, fraction: 2, first: -16, infinity: true },
} as const;

export function patternCount(dtype: NarrowFloat): number {
  const { exponent, fraction } = layouts[dtype];
  return 2 ** (1 + exponent + fraction);
}

/** What each pattern of bits stands for: within an exponent they count up, and each doubles the step. */
export function valuesOfPatterns(dtype: NarrowFloat): readonly number[] {
  const { exponent, fraction, first, infinity } = layouts[dtype];
  const positive: number[] = [];
  let step = 2 ** first;
  let value = 0;
  for (let e = 0; e < 2 ** exponent; e++) {
    if (e > 1) step *= 2;
    for (let f = 0; f < 2 ** fraction; f++) {
      positive.push(value);
      value += step;
    }
  }
  const last = 2 ** exponent - 1;
  for (let f = 0; f < 2 ** fraction; f++) {
    const at = last * 2 ** fraction + f;
    if (infinity) positive[at] = f === 0 ? Infinity : NaN;
    else if (f === 2 ** fraction - 1) positive[at] = NaN;
  }
  return [...positive, ...positive.map(x => -x)];
}

interface Ascending {
  /** Those that are not negative, in order. */
  readonly finite: readonly number[];
  /** What would follow the last. */
  readonly end: number;
}

const tables = new Map<NarrowFloat, Ascending>();

export function ascending(dtype: NarrowFloat): Ascending {
  const known = tables.get(dtype);
  if (known) return known;
  const patterns = valuesOfPatterns(dtype);
  const finite = patterns.slice(0, patterns.length / 2).filter(Number.isFinite);
  const [before = 0, last = 0] = finite.slice(-2);
  const table = { finite, end: last + (last - before) };
  tables.set(dtype, table);
  return table;
}

/** By bisection, and then by comparing distances as fractions; a tie goes to the even pattern. */
export function nearestByTable(dtype: NarrowFloat, value: number): number {
  const { finite, end } = ascending(dtype);
  const beyond = layouts[dtype].infinity ? Infinity : NaN;
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return NaN;
  if (magnitude >= end) return sign * beyond;
  const low = lastAtMost(finite, magnitude);
  const [below, above] = [finite[low] ?? 0, finite[low + 1] ?? end];
  const side = compare(subtracted(magnitude, below), subtracted(above, magnitude));
  const goesUp = side > 0 || (side === 0 && low % 2 === 1);
  return sign * (goesUp ? (finite[low + 1] ?? beyond) : below);
}

function lastAtMost(numbers: readonly number[], x: number): number {
  let [low, high] = [0, numbers.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** An exact difference, in units of the smallest double. */
function subtracted(a: number, b: number): bigint {
  return inUnits(a) - inUnits(b);
}

function inUnits(x: number): bigint {
  const { significand, exponent } = exactly(x);
  return significand << BigInt(exponent + 1074);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Around every number and every midpoint of two: these, and the doubles next to them. */
export function critical(dtype: NarrowFloat, stride = 1): readonly number[] {
  const { finite, end } = ascending(dtype);
  const numbers = [...finite, end];
  const points = numbers.flatMap((x, i) => {
    const next = numbers[i + 1];
    if (i % stride !== 0 && i > 40 && i < numbers.length - 40) return [];
    return next === undefined ? [x] : [x, (x + next) / 2];
  });
  const around = points.flatMap(x => [nextDouble(x, -1n), x, nextDouble(x, 1n)]);
  return [...around, Infinity, NaN, 1e300, 5e-324, Number.MAX_VALUE].flatMap(x => [x, -x]);
}

function nextDouble(x: number, by: bigint): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer)[0] ?? 0n;
  return x === 0 && by < 0n
    ? -5e-324
    : (new Float64Array(BigInt64Array.of(bits + by).buffer)[0] ?? NaN);
}
