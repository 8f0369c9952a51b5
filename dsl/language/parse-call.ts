/** Builds the trees of calls: `relu(x)`, `relu x`, `layer(~hid: 16)`, `reshape(x; o=[4])`. */
import type { Node } from 'ohm-js';
import type { Span } from '../../compiler/index.ts';
import type { Apply, Configure, Expr, GivenSetting } from './ast.ts';
import { inlineRow } from './parse-inline.ts';
import { expr, ident, listed, operandsIn, spanOf, stringLit } from './parse-node.ts';
import type { TemplateSource } from './template-source.ts';

/** `f(x, y)`, `layer(~hid: 16)`: `given` is the content of the parentheses. */
export function called(
  span: Span,
  callee: Expr,
  given: Node,
  source: TemplateSource,
): Apply | Configure {
  return given.ctorName === 'Labelled'
    ? configure(span, callee, given, source)
    : apply(span, callee, listed(given), source);
}

/** `f x`, `f (x, y)`, `layer (~hid: 16)` */
export function curried(
  span: Span,
  callee: Expr,
  argument: Node,
  source: TemplateSource,
): Apply | Configure {
  switch (argument.ctorName) {
    case 'Given':
      return configure(span, callee, argument.child(1), source);
    case 'Operands':
      return apply(span, callee, operandsIn(argument), source);
    case 'Tuple':
      return apply(span, callee, listed(argument.child(1)), source);
    default:
      return apply(span, callee, [argument], source);
  }
}

export function apply(
  span: Span,
  callee: Expr,
  args: readonly Node[],
  source: TemplateSource,
  rows: readonly Node[] = [],
): Apply {
  return {
    kind: 'apply',
    span,
    callee,
    args: args.map(arg => expr(arg, source)),
    rows: rows.map(row => inlineRow(row, source)),
  };
}

function configure(span: Span, callee: Expr, labelled: Node, source: TemplateSource): Configure {
  const settings = listed(labelled.child(0)).map(label => setting(label, source));
  return { kind: 'configure', span, callee, settings };
}

function setting(label: Node, source: TemplateSource): GivenSetting {
  const value = label.child(3);
  return {
    span: spanOf(label, source),
    name: ident(label.child(1), source),
    value: value.ctorName === 'string' ? stringLit(value, source) : expr(value, source),
  };
}
