import type { DType, For, Op, Program, Value } from '../../compiler/index.ts';

/** What differs between C-like languages, as data. What they share is written once, in this folder. */
export interface Dialect {
  readonly typeName: Readonly<Record<DType, string>>;
  /** Goes before the function that holds the program. */
  readonly functionPrefix: string;
  /** The same for a function that must not be inlined; undefined if compilers are not to be told so. */
  readonly separate: string | undefined;
  /** The same for one that other sources of the program call; undefined where a program is one source. */
  readonly linked?: string;
  /** Counts and subscripts that fit an `i32`: as wide as an address, where that is what compilers put them into. */
  readonly counter: string;
  /** The type of larger ones. */
  readonly wideInteger: string;
  /** The qualifier that promises that no other pointer reaches the same memory. */
  readonly restrict: string;
  readonly literal: (dtype: DType, value: Value) => string;
  /** How an op on operands of a dtype is written. */
  readonly op: Readonly<Record<Op, (dtype: DType) => OpText>>;
  /** The steps that convert one dtype to another, the innermost first. */
  readonly conversion: (from: DType, to: DType) => readonly Conversion[];
  /** For dtypes whose arithmetic C does in a wider type: the conversion back. */
  readonly narrows: (dtype: DType) => Conversion | undefined;
  /** A vector type of so many lanes; undefined if there is none. */
  readonly vectorType: (dtype: DType, lanes: number) => CallText | undefined;
  /** A function for an op on whole vectors; undefined if lane by lane is as good. */
  readonly vectorFunction: (op: Op, dtype: DType, lanes: number) => CallText | undefined;
  /** A function that converts whole vectors; undefined if lane by lane is as good. */
  readonly vectorConversion: (from: DType, to: DType, lanes: number) => CallText | undefined;
  /** A vector with the same number in all lanes. */
  readonly splat: (dtype: DType, lanes: number) => CallText | undefined;
  /**
   * A function `(to, to_row, from, from_row)` that stores a square of `lanes` rows and lanes transposed; `to_row` and
   * `from_row` are the distances of rows, in cells. Undefined if there is none.
   */
  readonly transpose?: (dtype: DType, lanes: number) => CallText | undefined;
  /** The declaration of a local array, given the plain C declaration and its bytes. */
  readonly localArray: (declaration: string, bytes: number) => string;
  /** A statement that prefetches a cell. */
  readonly prefetch: (cell: string, purpose: 'read' | 'store') => string;
  /** Whether the terms of a tile's sums are read through pointers to the first ones. */
  readonly hasStarts: boolean;
  /** Goes before a loop that is to be unrolled. */
  readonly unroll: (extent: number) => string;
  /** The loops of a program that the compiler must not unroll. */
  readonly rolled: (program: Program) => ReadonlySet<For>;
  /**
   * How the turns of a loop are shared among threads (`backends/native/runtime/pool.c`); undefined if parallel loops run
   * in order.
   */
  readonly parallel: ParallelText | undefined;
  /** A function of a number and the size of an axis that gives the cell it names, or -1. */
  readonly position: (dtype: DType) => CallText;
}

export interface ParallelText {
  /** Called with the number of turns, the function that runs some of them, and its arguments. */
  readonly share: CallText;
  /** Tells compilers that none of these conditions ever holds. */
  readonly never: (conditions: readonly string[]) => string;
}

export type Conversion =
  | { readonly kind: 'cast'; readonly to: DType }
  /** `a != 0` */
  | { readonly kind: 'nonzero' }
  | CallText;

export type OpText =
  /** `inner`: operands of lower precedence get parentheses, even if C does not need them. */
  | {
      readonly kind: 'infix';
      readonly sign: string;
      readonly precedence: number;
      readonly inner?: number;
    }
  | { readonly kind: 'prefix'; readonly sign: string }
  /** `c ? a : b`; `strict` is a function that evaluates both arms first. */
  | { readonly kind: 'select'; readonly strict: CallText }
  | CallText;

export interface CallText {
  readonly kind: 'call';
  readonly name: string;
  /** Lines the source must have before the program, once each. */
  readonly needs: readonly string[];
}

/** C's precedences, higher binds tighter. */
export const precedence = {
  select: 1,
  or: 2,
  and: 3,
  bitOr: 4,
  bitAnd: 5,
  equal: 6,
  less: 7,
  sum: 8,
  product: 9,
  prefix: 10,
  atom: 11,
};

/** Text of its own precedence, where only what binds as tightly as `level` needs no parentheses. */
export function within(level: number, own: number, text: string): string {
  return own < level ? `(${text})` : text;
}
