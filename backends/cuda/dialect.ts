/**
 * CUDA as a C-like language: the C dialect with device functions. Operations, conversions and the
 * functions of `compiler/core/functions/` are those of `../cc`, text for text, so that they give the
 * same bits; the remaining math functions (`asin`, functions of f64) are CUDA's own.
 */
import { c99 } from '../cc/dialect.ts';
import { type Kind, scalars } from '../cc/function-kinds.ts';
import { functionText, hasFunction } from '../cc/functions.ts';
import { builtInHalf } from '../cc/narrow-float.ts';
import type { CallText, Conversion, Dialect, OpText } from '../clike/dialect.ts';
import { intrinsics, matrixDescriptor, swizzled } from './intrinsics.ts';
import { type DType, type Op, ops, roundTo, type Value } from '../../compiler/index.ts';
import { vectorNames } from './neighbours.ts';
import { wrappingText } from './wrapping.ts';

export const cuda: Dialect = {
  ...c99,
  typeName: { ...c99.typeName, bool: 'bool' },
  counter: 'int', // registers have 32 bits
  wideInteger: 'long long',
  restrict: '__restrict__',
  functionPrefix: 'extern "C" __global__ void',
  separate: undefined,
  parallel: undefined,
  vectorType: () => undefined,
  vectorFunction: () => undefined,
  vectorConversion: () => undefined,
  splat: () => undefined,
  localArray: declaration => declaration,
  prefetch: cell => `asm volatile("prefetch.global.L2 [%0];" :: "l"(&${cell}));`,
  hasStarts: false,
  rolled: () => new Set(),
  unroll: extent => (extent === 1 ? '#pragma unroll 1' : '#pragma unroll'),
  literal,
  op: opsOnDevice(),
  conversion: (from, to) => c99.conversion(from, to).map(stepOnDevice),
  narrows: dtype => {
    const step = c99.narrows(dtype);
    return step && stepOnDevice(step);
  },
  position: dtype => onDevice(c99.position(dtype)),
};

/** Keywords that C++ and CUDA add to those of C. */
export const wordsOfCuda: readonly string[] =
  `and and_eq bitand bitor char8_t char16_t char32_t compl
  concept const_cast consteval constinit co_await co_return co_yield decltype dynamic_cast explicit export
  noexcept not not_eq or or_eq reinterpret_cast requires static_assert static_cast thread_local typeid
  typename wchar_t xor xor_eq asm threadIdx blockIdx blockDim gridDim warpSize dim3 uint2 uint4
  make_uint4 ${[...vectorNames, ...Object.keys(intrinsics), matrixDescriptor.name, swizzled.name].join(' ')}`.split(
    /\s+/,
  );

function opsOnDevice(): Dialect['op'] {
  const names = Object.keys(ops) as Op[];
  const entries = names.map(op => [op, (dtype: DType) => textOnDevice(textOf(op, dtype))] as const);
  return Object.fromEntries(entries) as Dialect['op'];
}

/** Functions that the compiler defines itself also compute with integers: with the bits of a float. */
const wrappingScalars: Kind = { ...scalars, wrapping: wrappingText };

function textOf(op: Op, dtype: DType): OpText {
  if (dtype === 'f32' && hasFunction(op)) return functionText(op, wrappingScalars);
  return wrappingText(op, dtype) ?? c99.op[op](dtype);
}

function textOnDevice(text: OpText): OpText {
  if (text.kind === 'call') return onDevice(text);
  return text.kind === 'select' ? { ...text, strict: onDevice(text.strict) } : text;
}

function stepOnDevice(step: Conversion): Conversion {
  return step.kind === 'call' ? onDevice(step) : step;
}

const known = new Map<string, readonly string[]>();

/** A C function as a device function. Math functions need no declaration. */
function onDevice(call: CallText): CallText {
  return { ...call, needs: call.needs.flatMap(needsOnDevice) };
}

function needsOnDevice(need: string): readonly string[] {
  const text = known.get(need) ?? (isDeclaration(need) ? [] : [definitionOnDevice(need)]);
  known.set(need, text);
  return text;
}

/** `double fmod(double, double);` */
function isDeclaration(line: string): boolean {
  return /^(float|double) \w+\([\w, ]*\);$/.test(line);
}

function definitionOnDevice(text: string): string {
  return text
    .replace('__FLT16_MAX__', '__CUDA_ARCH__')
    .replace(builtInHalf.from, halfOfDevice.from)
    .replace(builtInHalf.to, halfOfDevice.to)
    .replaceAll(/^static inline /gm, 'static __device__ __forceinline__ ')
    .replaceAll(/\b_Bool\b/g, 'bool')
    .replaceAll('__builtin_inff()', infinities.f32)
    .replaceAll('__builtin_nanf("")', nans.f32)
    .replaceAll('__builtin_inf()', infinities.f64)
    .replaceAll('__builtin_nan("")', nans.f64);
}

/** In one instruction; a compiler for another processor uses the C functions. */
const halfOfDevice = {
  from: 'static inline float f32_of_f16(unsigned short a) { float f; asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(a)); return f; }',
  to: 'static inline unsigned short f16_of_f32(float a) { unsigned short h; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(a)); return h; }',
};

/** By their bits, since not every compiler has the headers that name them. */
const infinities = {
  f32: '__int_as_float(0x7f800000)',
  f64: '__longlong_as_double(0x7ff0000000000000)',
};
const nans = { f32: '__int_as_float(0x7fc00000)', f64: '__longlong_as_double(0x7ff8000000000000)' };

function literal(dtype: DType, value: Value): string {
  const rounded = Number(roundTo(dtype, value));
  if ((dtype !== 'f32' && dtype !== 'f64') || Number.isFinite(rounded)) {
    return c99.literal(dtype, value);
  }
  if (Number.isNaN(rounded)) return nans[dtype];
  return `${rounded < 0 ? '-' : ''}${infinities[dtype]}`;
}
