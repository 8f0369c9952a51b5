/**
 * Integer arithmetic that wraps. Signed overflow is undefined in C++, and CUDA's compilers assume that it
 * does not happen: they reduce `x + 1 > x` to 1, and have no option like gcc's `-fwrapv`.
 * Unsigned integers wrap, so results are computed as such.
 */
import { type DType } from '../../compiler/index.ts';
import { parameters } from '../cc/calls.ts';
import type { CallText } from '../clike/dialect.ts';
import { typeName } from '../cc/type-name.ts';

/** Takes operands `a`, `b`, `c`; the first one is unsigned, which makes the whole computation unsigned. */
const formulas = {
  add: (a: string) => `${a} + b`,
  sub: (a: string) => `${a} - b`,
  mul: (a: string) => `${a} * b`,
  mul_no_nan: (a: string) => `${a} * b`,
  fma: (a: string) => `${a} * b + c`,
  neg: (a: string) => `-${a}`,
  abs: (a: string) => `a < 0 ? -${a} : a`,
  div: (a: string) => `b == 0 ? 0 : b == -1 ? -${a} : a / b`,
} as const satisfies Readonly<Record<string, (a: string) => string>>;

type Wrapping = keyof typeof formulas;

const arity: Readonly<Record<Wrapping, number>> = {
  ...{ add: 2, sub: 2, mul: 2, mul_no_nan: 2, div: 2 },
  ...{ fma: 3, neg: 1, abs: 1 },
};

/** Undefined if no cast is needed: for floats, and for integers that wrap by themselves. */
export function wrappingText(op: string, dtype: DType): CallText | undefined {
  if (!isWrapping(op)) return undefined;
  const wide = unsignedFor(op, dtype);
  if (wide === undefined) return undefined;
  const type = typeName[dtype];
  const name = `${op}_${dtype}`;
  const taken = parameters.slice(0, arity[op]).map(p => `${type} ${p}`);
  const value = formulas[op](`(${wide})a`);
  const need = `static inline ${type} ${name}(${taken.join(', ')}) { return (${type})(${value}); }`;
  return { kind: 'call', name, needs: [need] };
}

/** The type to compute in if a result may overflow. Products of two `unsigned short` are computed in `int`. */
function unsignedFor(op: Wrapping, dtype: DType): string | undefined {
  if (dtype === 'i32') return 'unsigned';
  if (dtype === 'i64') return 'unsigned long long';
  const isProduct = op === 'mul' || op === 'mul_no_nan' || op === 'fma';
  return dtype === 'u16' && isProduct ? 'unsigned' : undefined;
}

function isWrapping(op: string): op is Wrapping {
  return op in formulas;
}
