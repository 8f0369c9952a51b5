/** Builds the trees of expressions. The grammar is in language.ohm; here is only the action of each rule. */
import type { Node } from 'ohm-js';
import { once, UserError } from '../../compiler/index.ts';
import type { Expr, Prefix, PrefixOp, TensorLit } from './ast.ts';
import grammars, { type ExpressionActionDict } from './language.ohm-bundle.js';
import { apply } from './parse-call.ts';
import { inline } from './parse-inline.ts';
import {
  expr,
  hole,
  ident,
  listed,
  numberLit,
  operandsIn,
  sourceOf,
  spanOf,
} from './parse-node.ts';
import { callRow, curriedRow, einsum, infixRow, selectionRow, sumRow } from './parse-row.ts';

/** Listed so that the type checker requires every action; Ohm itself would only check at run time. */
type ExprRules =
  | 'Expr'
  | 'And'
  | 'Compared'
  | 'Slice'
  | 'Sum'
  | 'Summand_listed'
  | 'Product'
  | 'Unary_negated'
  | 'Power'
  | 'Apply_curried'
  | 'Postfix'
  | 'Call_plain'
  | 'Call_reshape'
  | 'Reshape'
  | 'Prefixed_prefix'
  | 'Parens'
  | 'Based'
  | 'Tensor_batch'
  | 'Tensor_output'
  | 'Tensor_input'
  | 'Inline'
  | 'literal'
  | 'interpolation'
  | 'variable';

const actions: Required<Pick<ExpressionActionDict<Expr>, ExprRules>> = {
  Expr: infixRow,
  And: infixRow,
  Compared: infixRow,
  Slice: infixRow,
  Product: infixRow,
  Power: infixRow,
  Sum: sumRow,
  Summand_listed(operands, op, spec) {
    const source = sourceOf(this);
    const all = operandsIn(operands).map(operand => expr(operand, source));
    return einsum(spanOf(this, source), op, spec, all, source);
  },
  Unary_negated: buildPrefix,
  Prefixed_prefix: buildPrefix,
  Apply_curried: curriedRow,
  Call_plain: callRow,
  Call_reshape: callRow,
  Postfix: selectionRow,
  Reshape(word, _open, operand, _semicolons, rows, _close) {
    const source = sourceOf(this);
    const callee = { kind: 'name', span: spanOf(word, source), name: word.sourceString } as const;
    return apply(spanOf(this, source), callee, [operand], source, rows.children);
  },
  Parens(_open, inner, _close) {
    return expr(inner, sourceOf(this));
  },
  Based(_open, literal, _colon, basis, _close) {
    return based(this, literal, basis);
  },
  Tensor_batch(_open, items, _close) {
    return tensorLit(this, 'batch', listed(items.child(0)));
  },
  Tensor_output(_open, items, _close) {
    return tensorLit(this, 'output', listed(items.child(0)));
  },
  Tensor_input(operands) {
    return tensorLit(this, 'input', operandsIn(operands));
  },
  Inline(_open, name, init, _semicolons, rows, _last, _close) {
    return inline(this, name, init.children[0], rows.children);
  },
  literal(number) {
    return numberLit(number, sourceOf(this));
  },
  interpolation(mark) {
    return hole(mark, sourceOf(this));
  },
  variable(name) {
    return { kind: 'name', span: spanOf(this, sourceOf(this)), name: name.sourceString };
  },
};

/** Created when the first template is parsed, which may never happen if trees are cached. */
export const expressionSemantics = once(() =>
  grammars.Expression.createSemantics().addOperation<Expr>('expr(source)', actions),
);

function buildPrefix(this: Node, op: Node, operand: Node): Prefix {
  const source = sourceOf(this);
  return {
    kind: 'prefix',
    span: spanOf(this, source),
    op: op.sourceString as PrefixOp,
    operand: expr(operand, source),
  };
}

function based(whole: Node, literal: Node, basis: Node): TensorLit {
  const source = sourceOf(whole);
  const inner = expr(literal, source);
  if (inner.kind === 'tensor' && !inner.basis) return { ...inner, basis: ident(basis, source) };
  throw new UserError({
    code: 'EINC0224',
    message:
      inner.kind === 'number'
        ? 'a number has no axis that could have a basis'
        : 'only a literal in brackets takes a basis',
    labels: [{ span: inner.span }],
    help: [`write ([1, 2, 3] : ${basis.sourceString}), or { w; o = [${basis.sourceString}:3] }`],
  });
}

function tensorLit(whole: Node, row: TensorLit['row'], items: readonly Node[]): TensorLit {
  const source = sourceOf(whole);
  return {
    kind: 'tensor',
    span: spanOf(whole, source),
    row,
    items: items.map(item => expr(item, source)),
    basis: undefined,
  };
}
