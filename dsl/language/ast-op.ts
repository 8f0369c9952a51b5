/** The syntax tree of `op` templates: definitions of expressions. */
import type { Expr, Ident, Located } from './ast.ts';

/**
 * `expr`, `name = expr` or `name(x, y) = expr`; definitions are separated by `;`. With settings,
 * `name(~hid)(x) = expr`, its parameters are created anew each time the settings are applied.
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
