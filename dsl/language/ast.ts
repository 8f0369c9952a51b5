/**
 * Syntax trees with source positions: expressions, which `op` and `cd` share. Nothing here knows tensors,
 * shapes or the values of holes: a tree is parsed once per call site and elaborated each time
 * the call site runs. Definitions and statements are in `ast-op.ts` and `ast-cd.ts`, einsum
 * specifications in `ast-einsum.ts`.
 */
import type { Span } from '../../compiler/index.ts';

export interface Located {
  readonly span: Span;
}

/** A name with its own position, for errors that point at the name alone. */
export interface Ident extends Located {
  readonly text: string;
}

export type Expr =
  | NumberLit
  | Hole
  | Name
  | Field
  | Inline
  | Prefix
  | Infix
  | Apply
  | Picking
  | Configure
  | Einsum
  | TensorLit;

/** `0.1`, `16`, `1e-4`, `10.` */
export interface NumberLit extends Located {
  readonly kind: 'number';
  readonly value: number;
}

/** The `index`-th `${…}` of the template. */
export interface Hole extends Located {
  readonly kind: 'hole';
  readonly index: number;
}

export interface Name extends Located {
  readonly kind: 'name';
  readonly name: string;
}

/** `p.grad`, `loss.forward` */
export interface Field extends Located {
  readonly kind: 'field';
  readonly object: Expr;
  readonly field: Ident;
}

/** `{ w }`, `{ b = 0.; o = [16] }`: introduces a tensor. */
export interface Inline extends Located {
  readonly kind: 'inline';
  readonly name: Ident;
  readonly init: Expr | undefined;
  readonly rows: readonly InlineRow[];
  /** `dtype = bf16`; repeated fields are all kept. */
  readonly dtypes: readonly (Hole | Name)[];
}

/** `o = [16, ${hid}]`: the axes of one row of an inline definition. */
export interface InlineRow extends Located {
  readonly row: Ident;
  readonly dims: readonly InlineDim[];
}

/** `16`, or with its basis, `rgb:3`. */
export interface InlineDim extends Located {
  readonly basis: Ident | undefined;
  readonly size: NumberLit | Hole | Name;
}

/**
 * `-x`; `!@i` the value of a static symbol; `!.x` and `!..n` a host number. The last two mean the same as
 * a bare hole and are accepted because OCANNL programs use them.
 */
export interface Prefix extends Located {
  readonly kind: 'prefix';
  readonly op: PrefixOp;
  readonly operand: Expr;
}

export type PrefixOp = '-' | '!@' | '!.' | '!..';

/** `*`, `/` and `**` without a dot are not always pointwise: their meaning depends on the context. */
export interface Infix extends Located {
  readonly kind: 'infix';
  readonly op: InfixOp;
  readonly opSpan: Span;
  readonly left: Expr;
  readonly right: Expr;
}

export type InfixOp =
  | ('+' | '-' | '*' | '*.' | '/' | '/.' | '**' | '**.' | '%')
  | ('<' | '<=' | '>' | '>=' | '==' | '!=' | '<>' | '&&' | '||')
  /** The larger, the smaller, a slice. */
  | ('@^' | '@-' | '@|')
  /** The first, the second, and the gates of relu and sat01. */
  | ('-@>' | '-/>' | '-?/' | '-?^');

/** `relu(x)`, `relu x`, `${mlp}(${input})`, `f(x, y)`, `reshape(x; o = [4, _])` */
export interface Apply extends Located {
  readonly kind: 'apply';
  readonly callee: Expr;
  readonly args: readonly Expr[];
  /** The axes passed to `reshape`. */
  readonly rows: readonly InlineRow[];
}

/** `x[0, 1:]`, `x[2 | ::-1]`, `table[ids]`: indexing. */
export interface Picking extends Located {
  readonly kind: 'pick';
  readonly object: Expr;
  /** From the bracket on. */
  readonly picksSpan: Span;
  readonly batch: readonly PickItem[];
  readonly input: readonly PickItem[];
  readonly output: readonly PickItem[];
}

export type PickItem = PickAt | PickSlice | PickRest;

/** One index, or a tensor of them; `_` is a new axis. */
export interface PickAt extends Located {
  readonly kind: 'at';
  readonly at: Expr;
}

/** `start:stop:step`, each optional. */
export interface PickSlice extends Located {
  readonly kind: 'slice';
  readonly start: Bound | undefined;
  readonly stop: Bound | undefined;
  readonly step: Bound | undefined;
}

/** An integer, possibly counted from the end. */
export interface Bound extends Located {
  readonly isNegative: boolean;
  readonly size: NumberLit | Hole | Name;
}

/** `...`: all axes between the listed ones. */
export interface PickRest extends Located {
  readonly kind: 'rest';
}

/** `layer(~hid: 16, ~label: "l1")`: applies a layer's settings, which gives a function. */
export interface Configure extends Located {
  readonly kind: 'configure';
  readonly callee: Expr;
  readonly settings: readonly GivenSetting[];
}

export interface GivenSetting extends Located {
  readonly name: Ident;
  readonly value: Expr | StringLit;
}

/**
 * `x ++ "…|… => 0"`; `a +* "ij; jk => ik" b` and `a +* b "ij; jk => ik"`; or with any number of
 * operands, `(a, b, c) +* "i; j; k => ijk"`.
 */
export interface Einsum extends Located {
  readonly kind: 'einsum';
  readonly op: EinsumOp;
  readonly opSpan: Span;
  readonly spec: StringLit;
  readonly operands: readonly Expr[];
  /** Axes and rows of the spec that `dim` may name from here on: `"…|..d.. => 0" ["d"]`. */
  readonly captures: readonly StringLit[];
}

/** `[1, 2]` along an output axis, `(a, b)` along an input axis, `[| x; y |]` along a batch axis. */
export interface TensorLit extends Located {
  readonly kind: 'tensor';
  readonly row: 'batch' | 'input' | 'output';
  readonly items: readonly Expr[];
  /** The basis of its axis: `([1, 2, 3] : rgb)`. */
  readonly basis: Ident | undefined;
}

/** How the values of one cell are accumulated, and, with several operands, combined before that. */
export type EinsumOp = '++' | '@^^' | '@--' | '@**' | '+*' | '+++' | '@^+' | '@-+' | '++^';

/** Text between double quotes; holes inside are kept at their positions. */
export interface StringLit extends Located {
  readonly kind: 'string';
  readonly parts: readonly (Ident | Hole)[];
}
