/**
 * Operations for which gcc has builtins on whole vectors. For a loop over the lanes it generates the same instructions,
 * but only after unrolling the lanes, recognising a vector and cleaning up: for a tile of 24
 * vectors, that was a third of the compile time.
 */
import { bytesOf } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { type VectorDType, vectorType } from './vector-type.ts';

/** A fused multiply-add, or a square root: the name of gcc's x86 builtin, and the feature macro for it. */
export interface BuiltIn {
  readonly has: string;
  readonly value: string;
}

/** Undefined if only a loop over the lanes is available. clang's builtins have other names. */
export function builtInOf(op: string, dtype: string, lanes: number): BuiltIn | undefined {
  if (dtype !== 'f32' && dtype !== 'f64') return undefined;
  const letter = dtype === 'f32' ? 's' : 'd';
  const found = builtIns[op]?.[bytesOf[dtype] * lanes];
  if (!found) return undefined;
  return { has: `defined ${found.has} && !defined __clang__`, value: found.value(letter) };
}

/** By bytes. -1: all lanes; 4: rounding as it is. */
const builtIns: Readonly<
  Record<string, Readonly<Record<number, { has: string; value: (letter: string) => string }>>>
> = {
  fma: {
    64: { has: '__AVX512F__', value: t => `__builtin_ia32_vfmaddp${t}512_mask(a, b, c, -1, 4)` },
    32: { has: '__FMA__', value: t => `__builtin_ia32_vfmaddp${t}256(a, b, c)` },
  },
  sqrt: {
    64: { has: '__AVX512F__', value: t => `__builtin_ia32_sqrtp${t}512_mask(a, a, -1, 4)` },
    32: { has: '__AVX__', value: t => `__builtin_ia32_sqrtp${t}256(a)` },
  },
};

/** A line for each: `head` with a body for processors that have it, and for all others. */
export function either(
  has: string,
  head: string,
  body: { readonly builtIn: string; readonly lanes: string },
): string {
  return `#if ${has}\n${head} { ${body.builtIn} }\n#else\n${head} { ${body.lanes} }\n#endif`;
}

const signs: Readonly<Record<string, string>> = { lt: '<', le: '<=', eq: '==', ne: '!=' };

/** A condition and a choice have operators: those of gcc and clang give lanes of -1, ours are 1. */
export function choiceOf(op: string, dtype: VectorDType, lanes: number): CallText | undefined {
  if (dtype !== 'f32') return undefined;
  const [values, conditions] = [vectorType(dtype, lanes), vectorType('bool', lanes)];
  const needs = [...values.needs, ...conditions.needs];
  const [type, bool] = [values.name, conditions.name];
  const name = `${op}_${type}`;
  const sign = signs[op];
  if (sign) {
    const head = `static inline ${bool} ${name}(${type} a, ${type} b)`;
    return { kind: 'call', name, needs: [...needs, `${head} { return (a ${sign} b) & 1; }`] };
  }
  if (op !== 'where') return undefined;
  const text = `static inline ${type} ${name}(${bool} a, ${type} b, ${type} c) {
  const ${bool} chosen = a != 0;
  return (${type})((chosen & (${bool})b) | (~chosen & (${bool})c));
}`;
  return { kind: 'call', name, needs: [...needs, text] };
}

/** What is not 0. */
export function conditionOf(dtype: 'f32', lanes: number): CallText {
  const [values, conditions] = [vectorType(dtype, lanes), vectorType('bool', lanes)];
  const name = `${conditions.name}_from_${values.name}`;
  const text = `static inline ${conditions.name} ${name}(${values.name} a) { return (a != 0) & 1; }`;
  return { kind: 'call', name, needs: [...values.needs, ...conditions.needs, text] };
}
