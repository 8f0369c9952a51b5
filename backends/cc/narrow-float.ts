/**
 * C for floats of 16 and 8 bits, which are stored as bit patterns: conversion to f32, exact, and back,
 * rounded to even. Uses only integers, and exact products and sums; no headers.
 */
import type { CallText } from '../clike/dialect.ts';
import {
  biasOf,
  type FloatFormat,
  floatFormats,
  type NarrowFloat,
} from '../../compiler/core/narrow-float.ts';

/** A float's bits, and back. */
const bits = [
  'static inline unsigned bits_of(float a) { union { float f; unsigned u; } x = { a }; return x.u; }',
  'static inline float of_bits(unsigned a) { union { unsigned u; float f; } x = { a }; return x.f; }',
];

const f32 = { fractionBits: 23, bias: 127 };

export function cellType(dtype: NarrowFloat): string {
  return widthOf(floatFormats[dtype]) === 16 ? 'unsigned short' : 'unsigned char';
}

/** f32 of the cell. */
export function fromNarrow(dtype: NarrowFloat): CallText {
  return { kind: 'call', name: `f32_of_${dtype}`, needs: [...bits, definition(dtype).from] };
}

/** The cell for an f32. */
export function toNarrow(dtype: NarrowFloat): CallText {
  return { kind: 'call', name: `${dtype}_of_f32`, needs: [...bits, definition(dtype).to] };
}

/**
 * The f32 that rounds to narrower floats as the double does: if the double is not representable, of
 * the two neighbours the one whose last bit is odd (Boldo and Melquiond, as in `core/fma.ts`).
 */
export const oddFloat: CallText = {
  kind: 'call',
  name: 'odd_f32',
  needs: [
    ...bits,
    `static inline float odd_f32(double a) {
  float near = (float)a;
  unsigned u = bits_of(near);
  if (near == a || a != a || u & 1) return near;
  return of_bits((near < 0 ? -(double)near : near) < (a < 0 ? -a : a) ? u + 1 : u - 1);
}`,
  ],
};

/** The double that rounds to narrower floats as the 64-bit integer does. */
export function oddDouble(dtype: 'i64' | 'u64'): CallText {
  const type = dtype === 'i64' ? 'long long' : 'unsigned long long';
  const name = `odd_f64_of_${dtype}`;
  const isShort = `a < 1LL << 53${dtype === 'i64' ? ' && a > -(1LL << 53)' : ''}`;
  return {
    kind: 'call',
    name,
    needs: [
      `static inline double ${name}(${type} a) { return ${isShort} ? (double)a : (double)((a & 2047 ? a | 2048 : a) & ~(${type})2047); }`,
    ],
  };
}

interface Definition {
  readonly from: string;
  readonly to: string;
}

function definition(dtype: NarrowFloat): Definition {
  if (dtype === 'bf16') return bf16;
  const { from, to } = definitionInC(dtype);
  if (dtype !== 'f16') return { from, to };
  return { from: orBuiltIn(builtInHalf.from, from), to: orBuiltIn(builtInHalf.to, to) };
}

/** Processors can convert to and from f16, and compilers that support that have a type for it. */
export const builtInHalf: Definition = {
  from: 'static inline float f32_of_f16(unsigned short a) { union { unsigned short u; _Float16 f; } x = { a }; return x.f; }',
  to: 'static inline unsigned short f16_of_f32(float a) { union { _Float16 f; unsigned short u; } x = { (_Float16)a }; return x.u; }',
};

function orBuiltIn(builtIn: string, own: string): string {
  return `#ifdef __FLT16_MAX__\n${builtIn}\n#else\n${own}\n#endif`;
}

function definitionInC(dtype: Exclude<NarrowFloat, 'bf16'>): Definition {
  const format = floatFormats[dtype];
  const { fractionBits, hasInfinity } = format;
  const cell = cellType(dtype);
  const width = widthOf(format);
  const shift = f32.fractionBits - fractionBits;
  const rebias = f32.bias - biasOf(format);
  const all = 2 ** (width - 1);
  const special = hasInfinity ? all - 2 ** fractionBits : all - 1;
  const nan = hasInfinity ? all - 2 ** (fractionBits - 1) : all - 1;
  // Half a step beyond the largest number; its last bit is odd if infinity follows, so a tie rounds to infinity.
  const largest = largestBits(format);
  const overflow = largest + 2 ** (shift - 1);
  const smallestNormal = (f32.bias + 1 - biasOf(format)) * 2 ** f32.fractionBits;
  // Adding this aligns the last bit of a float with that of the format's subnormal numbers.
  const aligned = (f32.bias + 1 - biasOf(format) + shift) * 2 ** f32.fractionBits;
  const beyond = hasInfinity ? `u > 0x7f800000 ? ${hex(nan)} : ${hex(special)}` : hex(special);
  return {
    from: `static inline float f32_of_${dtype}(${cell} a) {
  unsigned u = a & ${hex(all - 1)};
  float f = of_bits(u << ${shift}) * 0x1p${rebias}f;
  unsigned special = ${hasInfinity ? `u >= ${hex(special)}` : `u == ${hex(special)}`};
  return of_bits((a & ${hex(all)}u) << ${32 - width} | (special ? 0x7f800000 | u << ${shift} : bits_of(f)));
}`,
    to: `static inline ${cell} ${dtype}_of_f32(float a) {
  unsigned u = bits_of(a) & 0x7fffffff, sign = bits_of(a) >> 31 << ${width - 1};
  if (u ${hasInfinity ? '>=' : '>'} ${hex(overflow)}) return sign | (${beyond});
  if (u < ${hex(smallestNormal)}) return sign | (bits_of(of_bits(u) + of_bits(${hex(aligned)})) - ${hex(aligned)});
  return sign | ((u + ${hex(2 ** (shift - 1) - 1)} + (u >> ${shift} & 1)) >> ${shift}) - ${hex(rebias * 2 ** fractionBits)};
}`,
  };

  /** Of the largest number, as an f32. */
  function largestBits({ exponentBits: e }: FloatFormat): number {
    const exponent = 2 ** e - (hasInfinity ? 2 : 1) + rebias;
    const fraction = 2 ** fractionBits - (hasInfinity ? 1 : 2);
    return exponent * 2 ** f32.fractionBits + fraction * 2 ** shift;
  }
}

/** The upper half of an f32. */
const bf16: Definition = {
  from: 'static inline float f32_of_bf16(unsigned short a) { return of_bits((unsigned)a << 16); }',
  to: `static inline unsigned short bf16_of_f32(float a) {
  unsigned u = bits_of(a);
  return a != a ? 0x7fc0 : (u + 0x7fff + (u >> 16 & 1)) >> 16;
}`,
};

function widthOf({ exponentBits, fractionBits }: FloatFormat): number {
  return 1 + exponentBits + fractionBits;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
