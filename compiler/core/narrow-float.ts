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

/** Values derived from a format, computed once because deriving them takes longer than rounding a cell. */
interface Facts extends FloatFormat {
  /** The pattern of the sign, and that of the last bit of the exponent. */
  readonly signBit: number;
  readonly one: number;
  /** The largest pattern without a sign that is a number, and that number. */
  readonly lastFinite: number;
  readonly largest: number;
  /** The result for values that are too large. */
  readonly beyond: number;
  /** The power of two of the smallest normal number. */
  readonly least: number;
  /** The distance between neighbours, by how many powers of two they are above the least. */
  readonly steps: Float64Array;
}

function factsOf(format: FloatFormat): Facts {
  const { exponentBits, fractionBits, hasInfinity } = format;
  const [signBit, one] = [2 ** (exponentBits + fractionBits), 2 ** fractionBits];
  const lastFinite = hasInfinity ? signBit - one - 1 : signBit - 2;
  const least = 1 - biasOf(format);
  const steps = Float64Array.from({ length: 2 ** exponentBits }, (_, i) => {
    return 2 ** (least + i - fractionBits);
  });
  const largest = (one + (lastFinite % one)) * (steps[Math.floor(lastFinite / one) - 1] ?? NaN);
  const beyond = hasInfinity ? Infinity : NaN;
  return { ...format, signBit, one, lastFinite, largest, beyond, least, steps };
}

const facts: Readonly<Record<NarrowFloat, Facts>> = {
  f16: factsOf(floatFormats.f16),
  bf16: factsOf(floatFormats.bf16),
  f8e4m3: factsOf(floatFormats.f8e4m3),
  f8e5m2: factsOf(floatFormats.f8e5m2),
};

export function largestOf(dtype: NarrowFloat): number {
  return facts[dtype].largest;
}

/** The nearest number of the format, to even between two; beyond the largest, infinity or NaN. */
export function roundNarrow(dtype: NarrowFloat, value: number): number {
  if (value === 0 || Number.isNaN(value)) return value;
  const { beyond, largest, least, steps } = facts[dtype];
  const sign = value < 0 ? -1 : 1;
  // Dividing by the distance is exact, as it is a power of two; where there is none, the number is too large.
  const step = steps[Math.max(exponentOf(value) - least, 0)] ?? Infinity;
  const rounded = step === Infinity ? step : nearestInteger(Math.abs(value) / step) * step;
  return sign * (rounded > largest ? beyond : rounded);
}

/** The cell in memory that holds a number of the format. */
export function toBits(dtype: NarrowFloat, value: number): number {
  const { hasInfinity, signBit, one, least, steps } = facts[dtype];
  const sign = value < 0 || Object.is(value, -0) ? signBit : 0;
  if (Number.isNaN(value)) return hasInfinity ? signBit - one / 2 : signBit - 1;
  if (!Number.isFinite(value)) return sign + signBit - one;
  const above = value === 0 ? 0 : Math.max(exponentOf(value) - least, 0);
  // The leading bit of a normal number carries into the exponent field.
  return sign + Math.abs(value) / (steps[above] ?? NaN) + above * one;
}

/** The number that a cell in memory holds. */
export function fromBits(dtype: NarrowFloat, bits: number): number {
  const { hasInfinity, signBit, one, lastFinite, steps } = facts[dtype];
  const [sign, pattern] = bits >= signBit ? [-1, bits - signBit] : [1, bits];
  if (pattern > lastFinite) {
    return hasInfinity && pattern === signBit - one ? sign * Infinity : NaN;
  }
  const biased = Math.floor(pattern / one);
  const fraction = pattern % one;
  const significand = biased === 0 ? fraction : fraction + one;
  return sign * significand * (steps[Math.max(biased, 1) - 1] ?? NaN);
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The exponent of the greatest power of two not above a double; for subnormal doubles, less than in any format. */
function exponentOf(value: number): number {
  float[0] = value;
  return (((words[highWord] ?? 0) >>> 20) & 0x7ff) - 1023;
}

/** Rounds to the nearest integer, ties to even. */
function nearestInteger(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
