/**
 * Integers of 8 to 64 bits. Those of up to 32 travel as numbers; a number has no room for 64 bits,
 * so values of i64 and u64 are bigints.
 */
export type SmallInteger = 'i8' | 'i16' | 'i32' | 'u8' | 'u16' | 'u32';
export type WideInteger = 'i64' | 'u64';
export type Integer = SmallInteger | WideInteger;

/** A cell's value: a bigint for i64 and u64, a number for all other dtypes. */
export type Value = number | bigint;

interface IntegerFormat {
  readonly bits: number;
  readonly signed: boolean;
}

export const integerFormats: Readonly<Record<Integer, IntegerFormat>> = {
  i8: { bits: 8, signed: true },
  i16: { bits: 16, signed: true },
  i32: { bits: 32, signed: true },
  i64: { bits: 64, signed: true },
  u8: { bits: 8, signed: false },
  u16: { bits: 16, signed: false },
  u32: { bits: 32, signed: false },
  u64: { bits: 64, signed: false },
};

export function isInteger(dtype: string): dtype is Integer {
  return Object.hasOwn(integerFormats, dtype);
}

export function isWide(dtype: string): dtype is WideInteger {
  return dtype === 'i64' || dtype === 'u64';
}

/** The first and last value. */
export function limitsOf(dtype: Integer): readonly [lowest: Value, highest: Value] {
  const { bits, signed } = integerFormats[dtype];
  const count = 1n << BigInt(bits);
  const lowest = signed ? -count / 2n : 0n;
  const limits = [lowest, lowest + count - 1n] as const;
  return isWide(dtype) ? limits : [Number(limits[0]), Number(limits[1])];
}

/** Drops the fraction, then all bits that there is no room for; NaN and infinity become 0. */
export function wrap(dtype: SmallInteger, value: Value): number;
export function wrap(dtype: Integer, value: Value): Value;
export function wrap(dtype: Integer, value: Value): Value {
  return wrapping(dtype)(value);
}

/** The same for whoever wraps many. */
export function wrapping(dtype: Integer): (value: Value) => Value {
  const { bits, signed } = integerFormats[dtype];
  if (isWide(dtype)) {
    return signed
      ? value => BigInt.asIntN(64, wholeOf(value))
      : value => BigInt.asUintN(64, wholeOf(value));
  }
  const shift = 32 - bits;
  return signed
    ? value => (lowBits(value) << shift) >> shift
    : value => (lowBits(value) << shift) >>> shift;
}

/** The low 32 bits, which is what `|` computes for a number. */
function lowBits(value: Value): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
}

function wholeOf(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

/**
 * A double that rounds to narrower floats as the integer itself does: where a double has too few
 * bits, the last one says whether any that are left out were set.
 */
export function toStickyDouble(value: bigint): number {
  const dropped = 11n;
  if (BigInt(Number(value)) === value) return Number(value);
  const kept = value >> dropped;
  return Number((kept | 1n) << dropped);
}

/** Exact arithmetic; the caller wraps. Division is C's, and 0 where there is no quotient. */
export const wideArithmetic = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  mul_no_nan: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  fma: (a, b, c) => a * b + c,
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a < b ? a : b),
  mod: (a, b) => (b === 0n ? 0n : floored(a % b, b)),
  sign: a => BigInt(a > 0n) - BigInt(a < 0n),
  floor: a => a,
  ceil: a => a,
  trunc: a => a,
  round: a => a,
  lt: (a, b) => BigInt(a < b),
  le: (a, b) => BigInt(a <= b),
  eq: (a, b) => BigInt(a === b),
  ne: (a, b) => BigInt(a !== b),
  neg: a => -a,
  abs: a => (a < 0n ? -a : a),
  relu: a => (a < 0n ? 0n : a),
  relu_gate: (a, b) => (a > 0n ? b : 0n),
  sat01: a => BigInt(a > 0n),
  sat01_gate: () => 0n,
  bit_and: (a, b) => a & b,
  bit_or: (a, b) => a | b,
  bit_xor: (a, b) => a ^ b,
  // The wrapped value has 64 bits, and a count that is out of their range shifts all of them out.
  shift_left: (a, b) => (isCount(b) ? a << b : 0n),
  shift_right: (a, b) => (isCount(b) ? a >> b : -BigInt(a < 0n)),
} satisfies Readonly<Record<string, WideApply>>;

/** A remainder with the sign of the divisor. */
function floored(rest: bigint, b: bigint): bigint {
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function isCount(b: bigint): boolean {
  return b >= 0n && b < 64n;
}

export type WideApply = (a: bigint, b: bigint, c: bigint) => bigint;
