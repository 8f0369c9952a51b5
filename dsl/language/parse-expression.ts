/** Expressions as trees. The grammar is in language.ohm; here is only what each rule builds. */
import type { Node } from 'ohm-js';
import { type Span, UserError } from '../../compiler/index.ts';
import type {
  Apply,
  Bound,
  Configure,
  Einsum,
  Expr,
  GivenSetting,
  Hole,
  Ident,
  Infix,
  InfixOp,
  Inline,
  InlineDim,
  InlineRow,
  Name,
  NumberLit,
  PickItem,
  Picking,
  Prefix,
  PrefixOp,
  StringLit,
  TensorLit,
} from './ast.ts';
import grammars, { type ExpressionActionDict } from './language.ohm-bundle.js';
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
  Postfix_index(object, open, picks, close): Picking {
    const source = sourceOf(this);
    const [batch, , input, , output] = picks.children;
    const itemsOf = (row: Node | undefined): readonly PickItem[] =>
      row ? listed(row.child(0)).map(item => pickItem(item, source)) : [];
    return {
      kind: 'pick',
      span: spanOf(this, source),
      object: expr(object, source),
      picksSpan: { source, start: open.source.startIdx, end: close.source.endIdx },
      batch: itemsOf(batch?.children[0]),
      input: itemsOf(input?.children[0]),
      output: itemsOf(output),
    };
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

function buildCall(this: Node, callee: Node, _open: Node, given: Node, _close: Node): Expr {
  const list = given.child(0);
  return list.ctorName === 'Labelled'
    ? configure(this, callee, list)
    : apply(this, expr(callee, sourceOf(this)), listed(list));
}

function buildCurried(this: Node, callee: Node, argument: Node): Expr {
  const given = argument.child(0);
  if (given.ctorName === 'Given') return configure(this, callee, given.child(1));
  const called = expr(callee, sourceOf(this));
  if (given.ctorName === 'Operands') return apply(this, called, operandsIn(given));
  return apply(this, called, given.ctorName === 'Tuple' ? listed(given.child(1)) : [given]);
}

function apply(
  whole: Node,
  callee: Expr,
  args: readonly Node[],
  rows: readonly Node[] = [],
): Apply {
  const source = sourceOf(whole);
  return {
    kind: 'apply',
    span: spanOf(whole, source),
    callee,
    args: args.map(arg => expr(arg, source)),
    rows: rows.map(row => inlineRow(row, source)),
  };
}

function pickItem(node: Node, source: TemplateSource): PickItem {
  const item = node.child(0);
  const span = spanOf(node, source);
  if (item.ctorName === 'Pick_rest') return { kind: 'rest', span };
  if (item.ctorName === 'Pick_at') return { kind: 'at', span, at: expr(item.child(0), source) };
  const [start, , stop, , step] = item.children.map(child => child.children[0]);
  const bound = (b: Node | undefined): Bound | undefined => {
    const written = b?.ctorName === 'Bound' ? b : b?.children[0];
    return written && boundIn(written, source);
  };
  return { kind: 'slice', span, start: bound(start), stop: bound(stop), step: bound(step) };
}

function boundIn(node: Node, source: TemplateSource): Bound {
  const [sign, size] = node.children;
  const isNegative = (sign?.children.length ?? 0) > 0;
  const value = size?.child(0) ?? node;
  return { span: spanOf(node, source), isNegative, size: sizeIn(value, source) };
}

function configure(whole: Node, callee: Node, labelled: Node): Configure {
  const source = sourceOf(whole);
  return {
    kind: 'configure',
    span: spanOf(whole, source),
    callee: expr(callee, source),
    settings: listed(labelled.child(0)).map(label => setting(label, source)),
  };
}

function setting(label: Node, source: TemplateSource): GivenSetting {
  const value = label.child(3);
  return {
    span: spanOf(label, source),
    name: ident(label.child(1), source),
    value: value.ctorName === 'string' ? stringLit(value, source) : expr(value, source),
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

/** `(a, b, …)`, two or more. */
function operandsIn(operands: Node): readonly Node[] {
  return [operands.child(1), ...operands.child(3).children];
}

function inline(whole: Node, name: Node, init: Node | undefined, rows: readonly Node[]): Inline {
  const source = sourceOf(whole);
  const given = rows.map(row => row.child(0));
  return {
    kind: 'inline',
    span: spanOf(whole, source),
    name: ident(name, source),
    init: init && expr(init.child(1), source),
    rows: given.filter(row => row.ctorName === 'Axes').map(row => inlineRow(row, source)),
    dtypes: given.filter(row => row.ctorName === 'Row_dtype').map(row => inlineDtype(row, source)),
  };
}

function inlineDtype(node: Node, source: TemplateSource): Hole | Name {
  const word = node.child(2);
  return word.ctorName === 'hole' ? hole(word, source) : nameIn(word, source);
}

function inlineRow(node: Node, source: TemplateSource): InlineRow {
  return {
    span: spanOf(node, source),
    row: ident(node.child(0), source),
    dims: listed(node.child(3)).map(dim => inlineDim(dim.child(0), source)),
  };
}

function inlineDim(node: Node, source: TemplateSource): InlineDim {
  const isBased = node.ctorName === 'Dim_based';
  return {
    span: spanOf(node, source),
    basis: isBased ? ident(node.child(0), source) : undefined,
    size: sizeIn((isBased ? node.child(2) : node).child(0), source),
  };
}

function sizeIn(node: Node, source: TemplateSource): InlineDim['size'] {
  if (node.ctorName === 'hole') return hole(node, source);
  if (node.ctorName === 'number') return numberLit(node, source);
  return nameIn(node, source);
}

function nameIn(node: Node, source: TemplateSource): Name {
  return { kind: 'name', span: spanOf(node, source), name: node.sourceString };
}

export function stringLit(node: Node, source: TemplateSource): StringLit {
  const parts = node.child(1).children.map(part => part.child(0));
  return {
    kind: 'string',
    span: spanOf(node, source),
    parts: parts.map(part => (part.ctorName === 'hole' ? hole(part, source) : ident(part, source))),
  };
}

function numberLit(node: Node, source: TemplateSource): NumberLit {
  return { kind: 'number', span: spanOf(node, source), value: Number(node.sourceString) };
}

export function hole(node: Node, source: TemplateSource): Hole {
  const span = spanOf(node, source);
  return { kind: 'hole', span, index: source.holeIndex(span.start) };
}

export function ident(node: Node, source: TemplateSource): Ident {
  return { span: spanOf(node, source), text: node.sourceString };
}

export function spanOf({ source: { startIdx, endIdx } }: Node, source: TemplateSource): Span {
  return { source, start: startIdx, end: endIdx };
}

/** The elements of a `ListOf`. */
export function listed(list: Node): readonly Node[] {
  return list.asIteration().children;
}

// Ohm hangs operations and their arguments on an index signature; the casts are here.

export function expr(node: Node, source: TemplateSource): Expr {
  return (node as unknown as { expr(source: TemplateSource): Expr }).expr(source);
}

export function sourceOf(node: Node): TemplateSource {
  return (node['args'] as { readonly source: TemplateSource }).source;
}
