/** The syntax tree of `cd` templates: statements. */
import type { Expr, Hole, Ident, Located, StringLit } from './ast.ts';

export type Statement = Assign | Let | Section | If | For | Run;

/** `p =- lr * delta ~logic:"."` */
export interface Assign extends Located {
  readonly kind: 'assign';
  readonly target: Expr;
  /** As written: `=:`, `=+`, `=:+`, …; the accumulation operator and whether it resets first. */
  readonly operator: Ident;
  readonly value: Expr;
  readonly logic: LogicLit | undefined;
}

/** `let d = p.grad + wd *. p`: a name for an array computed here, valid to the end of its sequence. */
export interface Let extends Located {
  readonly kind: 'let';
  readonly name: Ident;
  readonly value: Expr;
  readonly logic: LogicLit | undefined;
}

/**
 * `~logic:"bi => i" ["i"]`, `~logic:${spec}`. `~projections` only states that the projections in scope
 * apply, which they do anyway.
 */
export interface LogicLit {
  readonly text: StringLit;
  readonly captures: readonly StringLit[];
}

/** `~~("words" ${p} "more words"; body)`: names the code in dumps and the routine's files. */
export interface Section extends Located {
  readonly kind: 'section';
  readonly title: readonly (StringLit | Expr)[];
  readonly body: readonly Statement[];
}

/** `if ${condition} then (…) else (…)`: decided when the template is elaborated. */
export interface If extends Located {
  readonly kind: 'if';
  readonly condition: Hole;
  readonly then: readonly Statement[];
  readonly else: readonly Statement[];
}

/** `for i in ${batch} (…)`: a loop over a static symbol inside the routine. */
export interface For extends Located {
  readonly kind: 'for';
  readonly name: Ident;
  readonly symbol: Hole;
  readonly body: readonly Statement[];
}

/** Code as a statement: a hole holding code, or `loss.forward`, `loss.backprop`, `loss.zero_grads`. */
export interface Run extends Located {
  readonly kind: 'run';
  readonly code: Expr;
}

export interface CdProgram extends Located {
  readonly kind: 'cd';
  readonly body: readonly Statement[];
}
