/** What an `op` template says: definitions of expressions. */
import type { Expr, Ident, Located } from './ast.ts';

/**
 * `expr`, `name = expr` or `name(x, y) = expr`; definitions are separated by `;`. With settings,
 * `name(~hid)(x) = expr`, the parameters in it are made anew each time the settings are given.
 */
export interface Definition extends Located {
  readonly kind: 'definition';
  readonly name: Ident | undefined;
  readonly settings: readonly Ident[] | undefined;
  /** Present, possibly empty, for a function. */
  readonly params: readonly Ident[] | undefined;
  readonly body: Expr;
}

export interface OpProgram extends Located {
  readonly kind: 'op';
  readonly definitions: readonly Definition[];
}
