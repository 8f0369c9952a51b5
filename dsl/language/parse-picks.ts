/** Builds the trees of index brackets after a tensor: `x[0, 1:]`. */
import type { Node } from 'ohm-js';
import type { Span } from '../../compiler/index.ts';
import type { Bound, Expr, Picking, PickItem } from './ast.ts';
import { expr, listed, sizeIn, spanOf } from './parse-node.ts';
import type { TemplateSource } from './template-source.ts';

/** `open` is the opening bracket, `picked` its content with the closing one. */
export function picking(
  span: Span,
  object: Expr,
  open: Node,
  picked: Node,
  source: TemplateSource,
): Picking {
  const [batch, , input, , output] = picked.child(0).children;
  const itemsOf = (row: Node | undefined): readonly PickItem[] =>
    row ? listed(row.child(0)).map(item => pickItem(item, source)) : [];
  return {
    kind: 'pick',
    span,
    object,
    picksSpan: { source, start: open.source.startIdx, end: picked.source.endIdx },
    batch: itemsOf(batch?.children[0]),
    input: itemsOf(input?.children[0]),
    output: itemsOf(output),
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
