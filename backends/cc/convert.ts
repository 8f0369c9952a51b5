/** Converts between dtypes in C, without undefined behaviour. */
import {
  computeDtype,
  type DType,
  isSmallerThanInt,
  isWide,
  kindOf,
} from '../../compiler/core/dtype.ts';
import { isNarrowFloat } from '../../compiler/core/narrow-float.ts';
import type { CallText, Conversion } from '../clike/dialect.ts';
import { fromNarrow, oddDouble, oddFloat, toNarrow } from './narrow-float.ts';

const fmod = 'double fmod(double, double);';

/** Converting an out-of-range float to an integer is undefined in C; here it wraps, and NaN is 0. */
export const toInteger: CallText = {
  kind: 'call',
  name: 'to_i32',
  needs: [
    fmod,
    'static inline int to_i32(double a) { return a - a != 0 ? 0 : (int)(long long)fmod(a, 0x1p32); }',
  ],
};

const toU64: CallText = {
  kind: 'call',
  name: 'to_u64',
  needs: [
    fmod,
    `static inline unsigned long long to_u64(double a) {
  double rest = a - a != 0 ? 0 : fmod(a, 0x1p64);
  return rest < 0 ? -(unsigned long long)-rest : (unsigned long long)rest;
}`,
  ],
};

/** The steps from one dtype to another, the first one innermost. */
export function conversion(from: DType, to: DType): readonly Conversion[] {
  if (isNarrowFloat(from)) {
    return [fromNarrow(from), ...(to === 'f32' ? [] : conversion('f32', to))];
  }
  if (isNarrowFloat(to)) return [...toFloatFor(from), toNarrow(to)];
  if (to === 'bool') return [{ kind: 'nonzero' }];
  if (kindOf(from) !== 'float' || kindOf(to) === 'float') return [{ kind: 'cast', to }];
  return to === 'i32' ? [toInteger] : [isWide(to) ? toU64 : toInteger, { kind: 'cast', to }];
}

/** The f32 that rounds to narrower floats as the value does. */
function toFloatFor(from: DType): readonly Conversion[] {
  if (from === 'f32') return [];
  // A float's significand has 24 bits.
  if (from === 'bool' || isSmallerThanInt(from)) return [{ kind: 'cast', to: 'f32' }];
  if (from === 'i64' || from === 'u64') return [oddDouble(from), oddFloat];
  return [oddFloat];
}

/** Whether C computes in the dtype itself, without promotion to `int`. */
export function isOwnArithmetic(dtype: DType): boolean {
  return computeDtype(dtype) === dtype && dtype !== 'bool' && !isSmallerThanInt(dtype);
}
