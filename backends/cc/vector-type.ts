/** Vector types of gcc and clang, which the compiler maps to the processor's registers. */
import { bytesOf, type DType } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';

/** Conditions are 0 and other numbers; floats of 16 bits are patterns, which only conversions understand. */
export const scalars = {
  f64: 'double',
  f32: 'float',
  i32: 'int',
  i64: 'long long',
  u32: 'unsigned',
  f16: 'unsigned short',
  bf16: 'unsigned short',
  bool: 'int',
} as const satisfies Partial<Record<DType, string>>;

export type VectorDType = keyof typeof scalars;

function hasVectors(dtype: DType): dtype is VectorDType {
  return Object.hasOwn(scalars, dtype);
}

/** The same number in all lanes. x - 0 is x, including -0; x + 0 would not preserve -0. */
export function splat(dtype: VectorDType, lanes: number): CallText {
  const { name, needs } = vectorType(dtype, lanes);
  const own = `static inline ${name} all_${name}(${scalars[dtype]} a) { return a - (${name}){0}; }`;
  return { kind: 'call', name: `all_${name}`, needs: [...needs, own] };
}

export function splatOf(dtype: DType, lanes: number): CallText | undefined {
  return hasVectors(dtype) ? splat(dtype, lanes) : undefined;
}

/** `f32x16`, at any address of a cell; undefined where there are no vectors of that dtype. */
export function vectorTypeOf(dtype: DType, lanes: number): CallText | undefined {
  return hasVectors(dtype) ? vectorType(dtype, lanes) : undefined;
}

export function vectorType(dtype: VectorDType, lanes: number): CallText {
  const scalar = scalars[dtype];
  const bytes = dtype === 'bool' ? 4 : bytesOf[dtype];
  const name = `${dtype}x${lanes}`;
  const attributes = `vector_size(${bytes * lanes}), aligned(${bytes}), may_alias`;
  return {
    kind: 'call',
    name,
    needs: [`typedef ${scalar} ${name} __attribute__((${attributes}));`],
  };
}
