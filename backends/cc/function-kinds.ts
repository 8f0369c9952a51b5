/** The C types and operations for a function's values: scalar floats, or vectors of them. */
import {
  arityOf,
  type Comparison,
  type Operation,
  type ScalarFunction,
  type Type,
} from '../../compiler/core/functions/language.ts';
import { invariant } from '../../compiler/support/errors.ts';
import type { CallText } from '../clike/dialect.ts';

export interface Named {
  readonly name: string;
  readonly needs: readonly string[];
}

/** `(int)a`, of what needs no function. */
export interface CastText extends Named {
  readonly kind: 'cast';
}

export interface Kind {
  readonly functionName: (op: string, type: Type) => string;
  readonly type: (type: Type) => Named;
  /** Of operations that have no sign. */
  readonly call: (op: Operation, type: Type) => Named;
  /** Of operations that have a sign, whose results compilers would take to fit where they may not. */
  readonly wrapping?: (op: Operation, type: Type) => Named | undefined;
  readonly convert: (from: Type, to: Type) => CallText | CastText;
  readonly bits: (from: Type, to: Type) => CallText | CastText;
  /** Where `? :` will not do. */
  readonly select?: (comparison: Comparison, compared: Type, type: Type) => Named;
  /** Where an argument may not be a number. */
  readonly splat?: (type: Type) => Named;
  /** For a function that is computed in parts. */
  readonly inParts?: (f: ScalarFunction) => Parts | undefined;
}

export interface Parts {
  /** What a part is computed as. */
  readonly of: Kind;
  readonly needs: readonly string[];
  readonly text: string;
}

export const comparisonSigns = { lt: '<', le: '<=', eq: '==' } as const;
export const typeNames = { f32: 'float', f64: 'double', i32: 'int', i64: 'long long' } as const;

const libm: Partial<Record<Operation, string>> = {
  fma: 'fma',
  abs: 'fabs',
  sqrt: 'sqrt',
  copysign: 'copysign',
};

export const scalars: Kind = {
  functionName: (op, type) => `${op}_${type}`,
  type: type => ({ name: typeNames[type], needs: [] }),
  call: builtIn,
  convert: (_, to) => ({ kind: 'cast', name: typeNames[to], needs: [] }),
  bits: (from, to) => {
    const name = from.startsWith('f') ? `bits_of_${from}` : `${to}_of_bits`;
    const [given, result] = [typeNames[from], typeNames[to]];
    const body = `union { ${given} from; ${result} to; } x = { a }; return x.to;`;
    return {
      kind: 'call',
      name,
      needs: [`static inline ${result} ${name}(${given} a) { ${body} }`],
    };
  },
};

/** Compilers have an instruction for it, which sets no `errno`. */
export function builtIn(op: Operation, type: Type): Named {
  const found = libm[op];
  invariant(found, () => `${op} of ${type} has neither a sign nor a function`);
  const name = type === 'f32' ? `${found}f` : found;
  const params = Array<string>(arityOf(op)).fill(typeNames[type]).join(', ');
  return { name, needs: [`${typeNames[type]} ${name}(${params});`] };
}
