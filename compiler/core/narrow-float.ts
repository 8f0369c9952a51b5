/**
 * Floats of 16 and 8 bits. Each is a number of f32, exactly; what stands here is which numbers each
 * format has, rounding to them, and their bits.
 */
export type NarrowFloat = 'f16' | 'bf16' | 'f8e4m3' | 'f8e5m2';

export interface FloatFormat {
  /** Bits of the exponent and, after them, of the fraction; before both stands the sign. */
  readonly exponentBits: number;
  readonly fractionBits: number;
  /** f8e4m3 spends the bits of infinity on numbers: what is too large becomes NaN there. */
  readonly hasInfinity: boolean;
}

/** f8e4m3 and f8e5m2 are those of the OCP 8-bit floating point specification (revision 1.0). */
export const floatFormats: Readonly<Record<NarrowFloat, FloatFormat>> = {
  f16: { exponentBits: 5, fractionBits: 10, hasInfinity: true },
  bf16: { exponentBits: 8, fractionBits: 7, hasInfinity: true },
  f8e4m3: { exponentBits: 4, fractionBits: 3, hasInfinity: false },
  f8e5m2: { exponentBits: 5, fractionBits: 2, hasInfinity: true },
};

export function isNarrowFloat(dtype: string): dtype is NarrowFloat {
  return Object.hasOwn(floatFormats, dtype);
}

/** The power of two of the smallest normal number is `1 - bias`. */
export function biasOf({ exponentBits }: FloatFormat): number {
  return 2 ** (exponentBits - 1) - 1;
}

/** The largest pattern without a sign that is a number. */
function lastFinite({ exponentBits, fractionBits, hasInfinity }: FloatFormat): number {
  const all = 2 ** (exponentBits + fractionBits);
  return hasInfinity ? all - 2 ** fractionBits - 1 : all - 2;
}

export function largestOf(dtype: NarrowFloat): number {
  return fromBits(dtype, lastFinite(floatFormats[dtype]));
}

/** The nearest number of the format, to even between two; beyond the largest, infinity or NaN. */
export function roundNarrow(dtype: NarrowFloat, value: number): number {
  const format = floatFormats[dtype];
  const beyond = format.hasInfinity ? Infinity : NaN;
  if (value === 0 || Number.isNaN(value)) return value;
  const sign = value < 0 ? -1 : 1;
  if (!Number.isFinite(value)) return sign * beyond;
  // The distance between neighbours here; dividing by it is exact, as it is a power of two.
  const exponent = Math.max(exponentOf(value), 1 - biasOf(format));
  const step = 2 ** (exponent - format.fractionBits);
  const rounded = nearestInteger(Math.abs(value) / step) * step;
  return sign * (rounded > largestOf(dtype) ? beyond : rounded);
}

/** The cell in memory that holds a number of the format. */
export function toBits(dtype: NarrowFloat, value: number): number {
  const format = floatFormats[dtype];
  const { exponentBits, fractionBits } = format;
  const all = 2 ** (exponentBits + fractionBits);
  const sign = value < 0 || Object.is(value, -0) ? all : 0;
  if (Number.isNaN(value)) return format.hasInfinity ? all - 2 ** (fractionBits - 1) : all - 1;
  if (!Number.isFinite(value)) return sign + all - 2 ** fractionBits;
  const least = 1 - biasOf(format);
  const exponent = value === 0 ? least : Math.max(exponentOf(value), least);
  // A normal number's leading bit carries into the field of the exponent.
  return (
    sign + Math.abs(value) / 2 ** (exponent - fractionBits) + (exponent - least) * 2 ** fractionBits
  );
}

/** The number that a cell in memory holds. */
export function fromBits(dtype: NarrowFloat, bits: number): number {
  const format = floatFormats[dtype];
  const { exponentBits, fractionBits, hasInfinity } = format;
  const all = 2 ** (exponentBits + fractionBits);
  const [sign, pattern] = bits >= all ? [-1, bits - all] : [1, bits];
  if (pattern > lastFinite(format)) {
    return hasInfinity && pattern === all - 2 ** fractionBits ? sign * Infinity : NaN;
  }
  const biased = Math.floor(pattern / 2 ** fractionBits);
  const fraction = pattern % 2 ** fractionBits;
  const significand = biased === 0 ? fraction : fraction + 2 ** fractionBits;
  return sign * significand * 2 ** (Math.max(biased, 1) - biasOf(format) - fractionBits);
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Of the power of two at or below a double; of all subnormal doubles, less than any format has. */
function exponentOf(value: number): number {
  float[0] = value;
  return (((words[highWord] ?? 0) >>> 20) & 0x7ff) - 1023;
}

/** To even halfway between two. */
function nearestInteger(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
