/** Builds the trees of inline definitions: `{ w = 0.5; o = [16] }`. */
import type { Node } from 'ohm-js';
import type { Hole, Inline, InlineDim, InlineRow, Name } from './ast.ts';
import { expr, hole, ident, listed, nameIn, sizeIn, sourceOf, spanOf } from './parse-node.ts';
import type { TemplateSource } from './template-source.ts';

export function inline(
  whole: Node,
  name: Node,
  init: Node | undefined,
  rows: readonly Node[],
): Inline {
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

export function inlineRow(node: Node, source: TemplateSource): InlineRow {
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
