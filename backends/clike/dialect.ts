import type { DType, For, Op, Program, Value } from '../../compiler/index.ts';

/** What differs between C-like languages, as data. What is the same is written once, in `emit.ts`. */
export interface Dialect {
  readonly typeName: Readonly<Record<DType, string>>;
  /** Goes before the function that holds the program. */
  readonly functionPrefix: string;
  /** The same for a function that stays one; undefined where compilers are not to be told that. */
  readonly separate: string | undefined;
  /** Counts and subscripts that fit an `i32`: as wide as an address, where that is what compilers put them into. */
  readonly counter: string;
  /** Those that do not. */
  readonly wideInteger: string;
  /** Promises of a pointer that what it points at is reached by no other. */
  readonly restrict: string;
  readonly literal: (dtype: DType, value: Value) => string;
  /** How an op on operands of a dtype is written. */
  readonly op: Readonly<Record<Op, (dtype: DType) => OpText>>;
  /** The steps that make a value of one dtype out of another, the first one innermost. */
  readonly conversion: (from: DType, to: DType) => readonly Conversion[];
  /** For dtypes whose arithmetic gives another type, which has to be converted back. */
  readonly narrows: (dtype: DType) => Conversion | undefined;
  /** A type of so many values side by side; undefined where there is none. */
  readonly vectorType: (dtype: DType, lanes: number) => CallText | undefined;
  /** An op on vectors, where it is better written as a whole than lane by lane. */
  readonly vectorFunction: (op: Op, dtype: DType, lanes: number) => CallText | undefined;
  /** Undefined where vectors are converted lane by lane. */
  readonly vectorConversion: (from: DType, to: DType, lanes: number) => CallText | undefined;
  /** A vector with the same number in all lanes. */
  readonly splat: (dtype: DType, lanes: number) => CallText | undefined;
  /**
   * A function `(to, to_row, from, from_row)` that stores a square of so many rows and lanes turned over; rows
   * are so many cells apart. Undefined where there is none.
   */
  readonly transpose?: (dtype: DType, lanes: number) => CallText | undefined;
  /** How an array of a function is declared, given it as C would have it, and its bytes. */
  readonly localArray: (declaration: string, bytes: number) => string;
  /** A statement that asks memory for a cell. */
  readonly prefetch: (cell: string, purpose: 'read' | 'store') => string;
  /** Goes before a loop of which so many turns are to be written out. */
  readonly unroll: (extent: number) => string;
  /** The loops of a program that the compiler may not write out. */
  readonly rolled: (program: Program) => ReadonlySet<For>;
  /**
   * What has the turns of a loop run by several threads, as `backends/native/runtime/pool.c` says; undefined
   * where all loops are run in order.
   */
  readonly parallel: ParallelText | undefined;
  /** Given a number and the size of an axis: which cell of the axis it names, or -1 for none. */
  readonly position: (dtype: DType) => CallText;
}

export interface ParallelText {
  /** Called with the number of turns, the function that runs some of them, and its arguments. */
  readonly share: CallText;
  /** Promises compilers that none of these conditions ever holds. */
  readonly never: (conditions: readonly string[]) => string;
}

export type Conversion =
  | { readonly kind: 'cast'; readonly to: DType }
  /** `a != 0` */
  | { readonly kind: 'nonzero' }
  | CallText;

export type OpText =
  /** `inner`: operands that bind looser stand in parentheses, though C needs none. */
  | {
      readonly kind: 'infix';
      readonly sign: string;
      readonly precedence: number;
      readonly inner?: number;
    }
  | { readonly kind: 'prefix'; readonly sign: string }
  /** `c ? a : b`; `strict` is a function that does the same to arms that have both been computed. */
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
