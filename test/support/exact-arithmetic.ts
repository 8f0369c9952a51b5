/** Arithmetic on doubles without any rounding, and the one rounding at its end. */

/** `significand * 2 ** exponent` */
export interface Exact {
  readonly significand: bigint;
  readonly exponent: number;
}

/** The numbers of a binary floating-point type. */
export interface Format {
  /** Bits of a significand. */
  readonly precision: number;
  /** Of the last bit of a subnormal number. */
  readonly least: number;
  /** Of the first power of two that is too large. */
  readonly beyond: number;
}

export const f32: Format = { precision: 24, least: -149, beyond: 128 };
export const f64: Format = { precision: 53, least: -1074, beyond: 1024 };

/** What IEEE 754 asks of `a * b + c`. */
export function fusedMultiplyAdd(format: Format, a: number, b: number, c: number): number {
  if (Number.isFinite(a) && Number.isFinite(b) && !Number.isFinite(c)) return c;
  const isPlain = ![a, b, c].every(Number.isFinite) || a === 0 || b === 0;
  return isPlain ? a * b + c : nearest(format, sum(product(exactly(a), exactly(b)), exactly(c)));
}

export function exactly(x: number): Exact {
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0] ?? 0n;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { significand: x < 0 ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

function product(a: Exact, b: Exact): Exact {
  return { significand: a.significand * b.significand, exponent: a.exponent + b.exponent };
}

function sum(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (x: Exact): bigint => x.significand << BigInt(x.exponent - exponent);
  return { significand: scaled(a) + scaled(b), exponent };
}

/** Ties to even. */
export function nearest(
  { precision, least, beyond }: Format,
  { significand, exponent }: Exact,
): number {
  const sign = significand < 0n ? -1 : 1;
  const magnitude = significand < 0n ? -significand : significand;
  const excess = Math.max(bitsIn(magnitude) - precision, least - exponent, 0);
  const kept = shiftedToEven(magnitude, BigInt(excess));
  const last = exponent + excess;
  return bitsIn(kept) + last > beyond ? sign * Infinity : sign * Number(kept) * 2 ** last;
}

function shiftedToEven(magnitude: bigint, by: bigint): bigint {
  const kept = magnitude >> by;
  const twiceRest = (magnitude - (kept << by)) * 2n;
  const one = 1n << by;
  const goesUp = twiceRest > one || (twiceRest === one && kept % 2n === 1n);
  return goesUp ? kept + 1n : kept;
}

function bitsIn(magnitude: bigint): number {
  return magnitude === 0n ? 0 : magnitude.toString(2).length;
}
