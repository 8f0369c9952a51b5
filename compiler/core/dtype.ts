/**
 * Types of array cells. What a cell holds is its storage; arithmetic is done in `computeDtype`, and
 * sums of narrow floats are kept in it too. Values travel as JavaScript doubles, which hold those of
 * every dtype exactly but i64 and u64: values of these are bigints.
 */
import {
  type Integer,
  integerFormats,
  isInteger,
  isWide,
  limitsOf,
  toStickyDouble,
  type Value,
  type WideInteger,
  wrapping,
} from './integer.ts';
import { isNarrowFloat, largestOf, type NarrowFloat, roundNarrow } from './narrow-float.ts';

export type DType = 'f64' | 'f32' | NarrowFloat | Integer | 'bool';
export { isWide, type Value } from './integer.ts';

export const bytesOf: Readonly<Record<DType, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  f8e4m3: 1,
  f8e5m2: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  bool: 1,
};

export const dtypes = Object.keys(bytesOf) as readonly DType[];

export function isDType(name: string): name is DType {
  return Object.hasOwn(bytesOf, name);
}

export function kindOf(dtype: DType): 'float' | 'integer' | 'bool' {
  if (dtype === 'bool') return 'bool';
  return isInteger(dtype) ? 'integer' : 'float';
}

/** Narrow floats are only stored: arithmetic on them, sums included, is of f32. */
export function computeDtype(dtype: DType): DType {
  return isNarrowFloat(dtype) ? 'f32' : dtype;
}

/** The fewest digits that read back as the same value of `dtype`. */
export function shortest(dtype: DType, value: Value): string {
  if (Object.is(value, -0)) return '-0';
  const isExact = dtype === 'f64' || kindOf(dtype) !== 'float';
  if (typeof value === 'bigint' || isExact || !Number.isFinite(value)) return String(value);
  const stored = roundTo(dtype, value);
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (roundTo(dtype, candidate) === stored) return String(candidate);
  }
  return String(value);
}

/**
 * The value a number becomes when stored as `dtype`: floats round once, to even between two; integers
 * drop the fraction and wrap; bool asks "is it not zero?". Constant folding must agree with the device.
 */
export function roundTo(dtype: Exclude<DType, WideInteger>, value: Value): number;
export function roundTo(dtype: DType, value: Value): Value;
export function roundTo(dtype: DType, value: Value): Value {
  return roundings[dtype](value);
}

type Rounding = (value: Value) => Value;

/** The same for whoever rounds many. */
export function roundingTo(dtype: DType): Rounding {
  return roundings[dtype];
}

const roundings = Object.fromEntries(dtypes.map(dtype => [dtype, newRounding(dtype)])) as Readonly<
  Record<DType, Rounding>
>;

function newRounding(dtype: DType): Rounding {
  if (isInteger(dtype)) return wrapping(dtype);
  if (dtype === 'f64') return Number;
  if (dtype === 'bool') return value => (Number(value) === 0 ? 0 : 1);
  if (dtype === 'f32') return value => Math.fround(doubleOf(value));
  return value => roundNarrow(dtype, doubleOf(value));
}

function doubleOf(value: Value): number {
  return typeof value === 'bigint' ? toStickyDouble(value) : value;
}

/** Whether an integer or a bool can be this number; floats round to what they have. */
export function holds(dtype: DType, value: Value): boolean {
  if (kindOf(dtype) === 'float') return true;
  const stored = roundTo(dtype, value);
  // A bigint and a number are compared as numbers, exactly.
  return stored == value;
}

/** The least and greatest values, at which a maximum and a minimum start. */
export function extremesOf(dtype: DType): readonly [lowest: Value, highest: Value] {
  if (dtype === 'bool') return [0, 1];
  if (isInteger(dtype)) return limitsOf(dtype);
  const greatest = dtype === 'f8e4m3' ? largestOf(dtype) : Infinity;
  return [-greatest, greatest];
}

/** Fits in an `int`, whatever is done to it there: C computes with such integers as `int`s. */
export function isSmallerThanInt(dtype: DType): boolean {
  return isInteger(dtype) && !isWide(dtype) && integerFormats[dtype].bits < 32;
}
