/** Expressions as trees. The grammar is in language.ohm; here is only what each rule builds. */
import type { Node } from 'ohm-js';
import { UserError } from '../../compiler/index.ts';
import type {
  Einsum,
  Expr,
  Infix,
  InfixOp,
  Prefix,
  PrefixOp,
  StringLit,
  TensorLit,
} from './ast.ts';
import grammars, { type ExpressionActionDict } from './language.ohm-bundle.js';
import { apply, buildCall, buildCurried } from './parse-call.ts';
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
  stringLit,
} from './parse-node.ts';
import { picking } from './parse-picks.ts';
import type { TemplateSource } from './template-source.ts';

/** Listed so that the type checker asks for every action; Ohm itself would only ask at run time. */
type ExprRules =
  | 'Or_infix'
  | 'And_infix'
  | 'Compared_infix'
  | 'Slice_infix'
  | 'Sum_infix'
  | 'Sum_reduced'
  | 'Sum_contracted'
  | 'Sum_contractedAfter'
  | 'Sum_listed'
  | 'Product_infix'
  | 'Unary_negated'
  | 'Power_infix'
  | 'Curried_more'
  | 'Curried_first'
  | 'Postfix_field'
  | 'Postfix_index'
  | 'Call_more'
  | 'Call_first'
  | 'Call_reshape'
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
  Or_infix: buildInfix,
  And_infix: buildInfix,
  Compared_infix: buildInfix,
  Slice_infix: buildInfix,
  Sum_infix: buildInfix,
  Product_infix: buildInfix,
  Power_infix: buildInfix,
  Sum_reduced(operand, op, spec) {
    return einsum(this, op, spec, [operand]);
  },
  Sum_contracted(left, op, spec, right) {
    return einsum(this, op, spec, [left, right]);
  },
  Sum_contractedAfter(left, op, right, spec) {
    return einsum(this, op, spec, [left, right]);
  },
  Sum_listed(operands, op, spec) {
    return einsum(this, op, spec, operandsIn(operands));
  },
  Unary_negated: buildPrefix,
  Prefixed_prefix: buildPrefix,
  Curried_more: buildCurried,
  Curried_first: buildCurried,
  Call_more: buildCall,
  Call_first: buildCall,
  Call_reshape(word, _open, operand, _semicolons, rows, _close) {
    const source = sourceOf(this);
    const callee = { kind: 'name', span: spanOf(word, source), name: word.sourceString } as const;
    return apply(this, callee, [operand], rows.children);
  },
  Postfix_field(object, _dot, field) {
    const source = sourceOf(this);
    return {
      kind: 'field',
      span: spanOf(this, source),
      object: expr(object, source),
      field: ident(field, source),
    };
  },
  Postfix_index(object, open, picks, close) {
    return picking(this, object, open, picks, close);
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

export const expressionSemantics = grammars.Expression.createSemantics().addOperation<Expr>(
  'expr(source)',
  actions,
);

function buildInfix(this: Node, left: Node, op: Node, right: Node): Infix {
  const source = sourceOf(this);
  return {
    kind: 'infix',
    span: spanOf(this, source),
    op: op.sourceString as InfixOp,
    opSpan: spanOf(op, source),
    left: expr(left, source),
    right: expr(right, source),
  };
}

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

function einsum(whole: Node, op: Node, spec: Node, operands: readonly Node[]): Einsum {
  const source = sourceOf(whole);
  return {
    kind: 'einsum',
    span: spanOf(whole, source),
    op: op.sourceString as Einsum['op'],
    opSpan: spanOf(op, source),
    spec: stringLit(spec.child(0), source),
    operands: operands.map(operand => expr(operand, source)),
    captures: capturesIn(spec, source),
  };
}

/** The names in brackets behind a spec. */
export function capturesIn(spec: Node, source: TemplateSource): readonly StringLit[] {
  const captures = spec.child(1).children[0];
  return captures ? listed(captures.child(1)).map(name => stringLit(name, source)) : [];
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
