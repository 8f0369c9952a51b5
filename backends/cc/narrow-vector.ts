/**
 * Converts vectors of f16 and bf16 to vectors of f32 and back, bit for bit like `narrow-float.ts`.
 * gcc does not vectorise a loop over lanes that converts f16, hence the builtins here.
 */
import type { DType } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { fromNarrow, toNarrow } from './narrow-float.ts';
import { conditionOf, either } from './vector-builtins.ts';
import { vectorType } from './vector-type.ts';

/** Undefined for dtypes that are converted lane by lane. */
export function vectorConversion(from: DType, to: DType, lanes: number): CallText | undefined {
  if (from === 'bf16' && to === 'f32') return fromBf16(lanes);
  if (from === 'f32' && to === 'bf16') return toBf16(lanes);
  if (from === 'f32' && to === 'bool') return conditionOf(from, lanes);
  if (lanes !== 16 && lanes !== 8) return undefined;
  if (from === 'f16' && to === 'f32') return fromF16(lanes);
  return from === 'f32' && to === 'f16' ? toF16(lanes) : undefined;
}

/** The upper halves. */
function fromBf16(lanes: number): CallText {
  const { f32, u32, bf16 } = types(lanes);
  const name = `${f32.name}_from_${bf16.name}`;
  const value = `(${f32.name})(__builtin_convertvector(a, ${u32.name}) << 16)`;
  const text = `static inline ${f32.name} ${name}(${bf16.name} a) { return ${value}; }`;
  return { kind: 'call', name, needs: [...f32.needs, ...u32.needs, ...bf16.needs, text] };
}

function toBf16(lanes: number): CallText {
  const { f32, u32, bf16 } = types(lanes);
  const name = `${bf16.name}_from_${f32.name}`;
  const text = `static inline ${bf16.name} ${name}(${f32.name} a) {
  ${u32.name} u = (${u32.name})a, nan = (${u32.name})(a != a);
  ${u32.name} rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16;
  return __builtin_convertvector((rounded & ~nan) | (nan & 0x7fc0), ${bf16.name});
}`;
  return { kind: 'call', name, needs: [...f32.needs, ...u32.needs, ...bf16.needs, text] };
}

function fromF16(lanes: 8 | 16): CallText {
  const { f32, f16 } = types(lanes);
  const { has, bits, floats } = processor(lanes);
  const name = `${f32.name}_from_${f16.name}`;
  const value =
    lanes === 16
      ? `__builtin_ia32_vcvtph2ps512_mask((${bits.name})a, (${floats.name}){0}, -1, 4)`
      : `__builtin_ia32_vcvtph2ps256((${bits.name})a)`;
  const text = either(has, `static inline ${f32.name} ${name}(${f16.name} a)`, {
    builtIn: `return (${f32.name})${value};`,
    lanes: `${f32.name} r; for (int l = 0; l < ${lanes}; ++l) r[l] = f32_of_f16(a[l]); return r;`,
  });
  const one = fromNarrow('f16');
  const needs = [...one.needs, ...f32.needs, ...f16.needs, bits.text, floats.text, text];
  return { kind: 'call', name, needs };
}

function toF16(lanes: 8 | 16): CallText {
  const { f32, f16 } = types(lanes);
  const { has, bits, floats } = processor(lanes);
  const name = `${f16.name}_from_${f32.name}`;
  // 0: to the nearest, to even between two.
  const value =
    lanes === 16
      ? `__builtin_ia32_vcvtps2ph512_mask((${floats.name})a, 0, (${bits.name}){0}, -1)`
      : `__builtin_ia32_vcvtps2ph256((${floats.name})a, 0)`;
  const text = either(has, `static inline ${f16.name} ${name}(${f32.name} a)`, {
    builtIn: `return (${f16.name})${value};`,
    lanes: `${f16.name} r; for (int l = 0; l < ${lanes}; ++l) r[l] = f16_of_f32(a[l]); return r;`,
  });
  const one = toNarrow('f16');
  const needs = [...one.needs, ...f32.needs, ...f16.needs, bits.text, floats.text, text];
  return { kind: 'call', name, needs };
}

/** What tells that there are builtins, and the types they want. clang's are others. */
function processor(lanes: 8 | 16): {
  readonly has: string;
  readonly bits: Named;
  readonly floats: Named;
} {
  return {
    has: `defined ${lanes === 16 ? '__AVX512F__' : '__F16C__'} && !defined __clang__`,
    bits: named(`half_bits${lanes}`, 'short', 2 * lanes),
    floats: named(`floats${lanes}`, 'float', 4 * lanes),
  };
}

interface Named {
  readonly name: string;
  readonly text: string;
}

function named(name: string, scalar: string, bytes: number): Named {
  return { name, text: `typedef ${scalar} ${name} __attribute__((vector_size(${bytes})));` };
}

function types(lanes: number): Readonly<Record<'f32' | 'u32' | 'bf16' | 'f16', CallText>> {
  return {
    f32: vectorType('f32', lanes),
    u32: vectorType('u32', lanes),
    bf16: vectorType('bf16', lanes),
    f16: vectorType('f16', lanes),
  };
}
