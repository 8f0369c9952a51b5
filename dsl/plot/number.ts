/** Numbers formatted as in C, so that logs and plots compare with those of other programs. */

/** `digits` significant digits of a positive number, the first of them worth 10^`exponent`. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** C's `%.<digits>g`: `0.2`, `19.45`, `1e-05`, `inf`. */
export function significant(value: number, digits = 4): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return sign + (Number.isNaN(value) ? 'nan' : 'inf');
  const count = Math.max(digits, 1);
  const decimal = rounded(Math.abs(value), count);
  if (decimal.exponent >= -4 && decimal.exponent < count)
    return sign + withoutTrailingZeros(plain(decimal));
  const exponent = String(Math.abs(decimal.exponent)).padStart(2, '0');
  return `${sign}${withoutTrailingZeros(mantissa(decimal))}e${signOf(decimal.exponent)}${exponent}`;
}

/** C's `%.<fraction>e` with its exponent unpadded, or left out where it is 0: `2.96`, `-1.00e-1`. */
export function concise(value: number, fraction = 2): string {
  const decimal = rounded(Math.abs(value), fraction + 1);
  const exponent = Math.abs(decimal.exponent);
  const power = exponent === 0 ? '' : `e${signOf(decimal.exponent)}${exponent}`;
  return (value < 0 ? '-' : '') + mantissa(decimal) + power;
}

/** Rounds the exact binary value, ties to even as C does; JavaScript rounds ties up. */
function rounded(magnitude: number, count: number): Decimal {
  const up = decimalOf(magnitude, count);
  const last = Number(up.digits.at(-1));
  if (last % 2 === 0 || !isTie(magnitude, count)) return up;
  return { digits: up.digits.slice(0, -1) + String(last - 1), exponent: up.exponent };
}

/** Whether what follows the first `count` digits is exactly one half of the last of them. */
function isTie(magnitude: number, count: number): boolean {
  // 101 digits are the most JavaScript gives, and no double comes that close to a tie it misses.
  return /^50*$/.test(decimalOf(magnitude, 101).digits.slice(count));
}

function decimalOf(magnitude: number, count: number): Decimal {
  const text = magnitude.toExponential(count - 1);
  const e = text.indexOf('e');
  return { digits: text.slice(0, e).replace('.', ''), exponent: Number(text.slice(e + 1)) };
}

function mantissa({ digits }: Decimal): string {
  return digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
}

function plain({ digits, exponent }: Decimal): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}

function signOf(exponent: number): string {
  return exponent < 0 ? '-' : '+';
}
