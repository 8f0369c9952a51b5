import {
  type DType,
  isNarrowFloat,
  roundTo,
  shortest,
  toBits,
  type Value,
} from '../../compiler/index.ts';

/** A C literal with exactly this value; for a narrow float its bit pattern. */
export function cLiteral(dtype: DType, value: Value): string {
  if (isNarrowFloat(dtype)) return `0x${toBits(dtype, roundTo(dtype, value)).toString(16)}`;
  if (dtype !== 'f32' && dtype !== 'f64') return integerLiteral(dtype, roundTo(dtype, value));
  const suffix = dtype === 'f32' ? 'f' : '';
  const rounded = roundTo(dtype, value);
  if (Number.isNaN(rounded)) return `__builtin_nan${suffix}("")`;
  const sign = rounded < 0 || Object.is(rounded, -0) ? '-' : '';
  if (!Number.isFinite(rounded)) return `${sign}__builtin_inf${suffix}()`;
  const text = shortest(dtype, Math.abs(rounded));
  return `${sign}${/[.e]/.test(text) ? text : `${text}.0`}${suffix}`;
}

const suffixes: Partial<Record<DType, string>> = { u32: 'u', i64: 'LL', u64: 'ULL' };

/** C has no negative literals, and 2147483648 is not an int. */
function integerLiteral(dtype: DType, value: Value): string {
  const suffix = suffixes[dtype] ?? '';
  const lowest = dtype === 'i64' ? -(2n ** 63n) : BigInt(-(2 ** 31));
  if (BigInt(value) !== lowest || (dtype !== 'i32' && dtype !== 'i64')) return `${value}${suffix}`;
  return `(${lowest + 1n}${suffix} - 1)`;
}
