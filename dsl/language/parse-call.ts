/** Calls as trees: `relu(x)`, `relu x`, `layer(~hid: 16)`. */
import type { Node } from 'ohm-js';
import type { Apply, Configure, Expr, GivenSetting } from './ast.ts';
import { inlineRow } from './parse-inline.ts';
import { expr, ident, listed, operandsIn, sourceOf, spanOf, stringLit } from './parse-node.ts';
import type { TemplateSource } from './template-source.ts';

export function buildCall(this: Node, callee: Node, _open: Node, given: Node, _close: Node): Expr {
  const list = given.child(0);
  return list.ctorName === 'Labelled'
    ? configure(this, callee, list)
    : apply(this, expr(callee, sourceOf(this)), listed(list));
}

export function buildCurried(this: Node, callee: Node, argument: Node): Expr {
  const given = argument.child(0);
  if (given.ctorName === 'Given') return configure(this, callee, given.child(1));
  const called = expr(callee, sourceOf(this));
  if (given.ctorName === 'Operands') return apply(this, called, operandsIn(given));
  return apply(this, called, given.ctorName === 'Tuple' ? listed(given.child(1)) : [given]);
}

export function apply(
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
