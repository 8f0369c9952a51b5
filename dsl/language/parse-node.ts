/** Helpers for the actions of both languages: positions, names, holes, literals, lists. */
import type { Node } from 'ohm-js';
import type { Span } from '../../compiler/index.ts';
import type { Expr, Hole, Ident, InlineDim, Name, NumberLit, StringLit } from './ast.ts';
import type { TemplateSource } from './template-source.ts';

export function sizeIn(node: Node, source: TemplateSource): InlineDim['size'] {
  if (node.ctorName === 'hole') return hole(node, source);
  if (node.ctorName === 'number') return numberLit(node, source);
  return nameIn(node, source);
}

export function nameIn(node: Node, source: TemplateSource): Name {
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

export function numberLit(node: Node, source: TemplateSource): NumberLit {
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

/** The names in brackets behind a spec. */
export function capturesIn(spec: Node, source: TemplateSource): readonly StringLit[] {
  const captures = spec.child(1).children[0];
  return captures ? listed(captures.child(1)).map(name => stringLit(name, source)) : [];
}

/** `(a, b, …)`, two or more. */
export function operandsIn(operands: Node): readonly Node[] {
  return [operands.child(1), ...operands.child(3).children];
}

// Ohm hangs operations and their arguments on an index signature; the casts are here.

export function expr(node: Node, source: TemplateSource): Expr {
  return (node as unknown as { expr(source: TemplateSource): Expr }).expr(source);
}

export function sourceOf(node: Node): TemplateSource {
  return (node['args'] as { readonly source: TemplateSource }).source;
}
