/** Left-associative chains: `a - b + c` is `(a - b) + c`, `f(x).grad[0]` applies to `f(x)`. */
import type { Node } from 'ohm-js';
import type { Span } from '../../compiler/index.ts';
import type { Einsum, Expr, Infix, InfixOp } from './ast.ts';
import { called, curried } from './parse-call.ts';
import { capturesIn, expr, ident, sourceOf, spanOf, stringLit } from './parse-node.ts';
import { picking } from './parse-picks.ts';
import type { TemplateSource } from './template-source.ts';

/** Operators of one precedence level between values. */
export function infixRow(this: Node, first: Node, operators: Node, others: Node): Expr {
  const source = sourceOf(this);
  return row(this, first, others, (left, span, right, i) =>
    infix(span, left, operators.child(i), right, source),
  );
}

export function sumRow(this: Node, first: Node, addends: Node): Expr {
  const source = sourceOf(this);
  return row(this, first, addends, (left, span, addend) =>
    added(span, left, addend.child(0), source),
  );
}

function added(span: Span, left: Expr, addend: Node, source: TemplateSource): Expr {
  const op = addend.child(0);
  switch (addend.ctorName) {
    case 'Addend_reduced':
      return einsum(span, op, addend.child(1), [left], source);
    case 'Addend_contracted':
      return einsum(span, op, addend.child(1), [left, expr(addend.child(2), source)], source);
    case 'Addend_contractedAfter':
      return einsum(span, op, addend.child(2), [left, expr(addend.child(1), source)], source);
    default:
      return infix(span, left, op, addend.child(1), source);
  }
}

export function curriedRow(this: Node, callee: Node, args: Node): Expr {
  const source = sourceOf(this);
  return row(this, callee, args, (left, span, arg) => curried(span, left, arg.child(1), source));
}

/** The span of each call ends at its closing parenthesis. */
export function callRow(this: Node, callee: Node, _open: Node, given: Node, closing: Node): Expr {
  const source = sourceOf(this);
  return row(this, callee, closing, (left, span, _, i) =>
    called(span, left, given.child(i).child(0), source),
  );
}

export function selectionRow(this: Node, first: Node, marks: Node, selected: Node): Expr {
  const source = sourceOf(this);
  return row(this, first, selected, (object, span, part, i) =>
    part.ctorName === 'Picked'
      ? picking(span, object, marks.child(i), part, source)
      : { kind: 'field', span, object, field: ident(part, source) },
  );
}

/** A left fold: `build` combines the tree so far with the next part of the chain; its span ends with that part. */
function row(
  whole: Node,
  first: Node,
  parts: Node,
  build: (left: Expr, span: Span, part: Node, i: number) => Expr,
): Expr {
  const source = sourceOf(whole);
  const start = whole.source.startIdx;
  return parts.children.reduce(
    (left, part, i) => build(left, { source, start, end: part.source.endIdx }, part, i),
    expr(first, source),
  );
}

function infix(span: Span, left: Expr, op: Node, right: Node, source: TemplateSource): Infix {
  return {
    kind: 'infix',
    span,
    op: op.sourceString as InfixOp,
    opSpan: spanOf(op, source),
    left,
    right: expr(right, source),
  };
}

export function einsum(
  span: Span,
  op: Node,
  spec: Node,
  operands: readonly Expr[],
  source: TemplateSource,
): Einsum {
  return {
    kind: 'einsum',
    span,
    op: op.sourceString as Einsum['op'],
    opSpan: spanOf(op, source),
    spec: stringLit(spec.child(0), source),
    operands,
    captures: capturesIn(spec, source),
  };
}
