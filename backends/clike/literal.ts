import { type DType, shortest } from '../../compiler/index.ts';

/** A C literal with exactly this value. */
export function cLiteral(dtype: DType, value: number): string {
  // C has no negative literals, and 2147483648 is not an int.
  if (dtype === 'i32') return (value | 0) === -(2 ** 31) ? '(-2147483647 - 1)' : String(value | 0);
  if (dtype === 'bool') return value === 0 ? '0' : '1';
  const suffix = dtype === 'f32' ? 'f' : '';
  if (Number.isNaN(value)) return `__builtin_nan${suffix}("")`;
  const rounded = dtype === 'f32' ? Math.fround(value) : value;
  const sign = rounded < 0 || Object.is(rounded, -0) ? '-' : '';
  if (!Number.isFinite(rounded)) return `${sign}__builtin_inf${suffix}()`;
  const text = shortest(dtype, Math.abs(rounded));
  return `${sign}${/[.e]/.test(text) ? text : `${text}.0`}${suffix}`;
}
