import type { DType, Op } from '../../compiler/index.ts';

/** What differs between C-like languages, as data. What is the same is written once, in `emit.ts`. */
export interface Dialect {
  readonly typeName: Readonly<Record<DType, string>>;
  /** Goes before the function that holds the program. */
  readonly functionPrefix: string;
  /** Counts and subscripts that do not fit an `i32`. */
  readonly wideInteger: string;
  readonly literal: (dtype: DType, value: number) => string;
  /** How an op on operands of a dtype is written. */
  readonly op: Readonly<Record<Op, (dtype: DType) => OpText>>;
  /** Makes an i32 of a float, also of one that has no place there. */
  readonly toInteger: CallText;
  /** Given a number and the size of an axis: which cell of the axis it names, or -1 for none. */
  readonly position: (dtype: DType) => CallText;
}

export type OpText =
  | { readonly kind: 'infix'; readonly sign: string; readonly precedence: number }
  | { readonly kind: 'prefix'; readonly sign: string }
  /** `c ? a : b` */
  | { readonly kind: 'select' }
  | CallText;

export interface CallText {
  readonly kind: 'call';
  readonly name: string;
  /** Lines the source must have before the program, once each. */
  readonly needs: readonly string[];
}

/** C's precedences, higher binds tighter. */
export const precedence = { select: 1, equal: 2, less: 3, sum: 4, product: 5, prefix: 6, atom: 7 };
