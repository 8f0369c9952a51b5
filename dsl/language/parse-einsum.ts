/** Builds the trees of einsum specifications. The grammar is in einsum.ohm. */
import type { MatchResult, Node } from 'ohm-js';
import { once, type Span, UserError } from '../../compiler/index.ts';
import type { AxisSpec, RowSpec, ShapeSpec, Spec } from './ast-einsum.ts';
import type { Hole, Ident, StringLit } from './ast.ts';
import grammars, { type LettersActionDict } from './einsum.ohm-bundle.js';
import { keptTree } from './kept-trees.ts';
import { axisOf } from './parse-axis.ts';
import { einsumError } from './parse-einsum-error.ts';
import { SpecText } from './spec-text.ts';

/** Syntax that only comma-separated axes allow. `=>` is not the `=` of a padded axis. */
const needsCommas = /[,*+^<:]|=(?!>)/;

/**
 * `valueOf` gives the text that a hole inside the string stands for: an integer, or a piece of a
 * specification.
 */
export function parseSpec(literal: StringLit, valueOf: (hole: Hole) => string): Spec {
  const text = new SpecText(literal, valueOf);
  const spanOf = (start: number, end: number): Span => text.spanOf(start, end);
  return keptTree({ language: 'spec', text: text.text, spanOf }, () => parseAlone(text));
}

/** The text without a template around it; the caller reports errors at the template. */
function parseAlone(text: SpecText): Spec {
  try {
    return parse(SpecText.alone(text.text));
  } catch {
    return parse(text);
  }
}

function parse(text: SpecText): Spec {
  const [grammar, semantics] = needsCommas.test(text.text)
    ? [grammars.Names, names()]
    : [grammars.Letters, letters()];
  const match = grammar.match(text.text, 'Spec');
  if (match.failed()) throw einsumError(text, match);
  return spec(semantics, match, text);
}

const specActions: Required<Pick<LettersActionDict<Spec>, 'Spec'>> = {
  Spec(operands, _arrow, result) {
    const text = textOf(this);
    return {
      span: spanOf(this, text),
      operands: operands.asIteration().children.map(node => shape(node, text)),
      result: shape(result, text),
    };
  },
};

const shapeActions: Required<Pick<LettersActionDict<ShapeSpec>, 'Shape'>> = {
  Shape(batch, _bar, input, _arrow, output) {
    const text = textOf(this);
    return {
      span: spanOf(this, text),
      batch: row('batch', batch.children[0], text),
      input: row('input', input.children[0], text),
      output: row('output', output, text),
    };
  },
};

const axisActions: Required<Pick<LettersActionDict<AxisSpec>, 'Axis'>> = {
  Axis(axis) {
    return axisOf(axis, part => spanOf(part, textOf(this)));
  },
};

const letters = once(() =>
  grammars.Letters.createSemantics()
    .addOperation<Spec>('spec(text)', specActions)
    .addOperation<ShapeSpec>('shape(text)', shapeActions)
    .addOperation<AxisSpec>('axis(text)', axisActions),
);

const names = once(() => grammars.Names.extendSemantics(letters()));

function row(kind: 'batch' | 'input' | 'output', node: Node | undefined, text: SpecText): RowSpec {
  const items = node?.child(0).children.map(item => item.child(0)) ?? [];
  const isEllipsis = (item: Node): boolean => item.ctorName === 'Item_ellipsis';
  const at = items.findIndex(isEllipsis);
  const [ellipsis, second] = items.filter(isEllipsis).map(item => item.child(0));
  if (ellipsis && second) throw twoRowVariables(ellipsis, second, text);
  const axes = (some: readonly Node[]): AxisSpec[] => some.map(item => axis(item.child(0), text));
  return {
    lead: axes(ellipsis ? items.slice(0, at) : items),
    rowVar: ellipsis && rowVariable(kind, ellipsis, text),
    trail: axes(ellipsis ? items.slice(at + 1) : []),
  };
}

function rowVariable(kind: string, node: Node, text: SpecText): Ident {
  const written = node.sourceString;
  return { span: spanOf(node, text), text: written === '...' ? kind : written.slice(2, -2) };
}

function twoRowVariables(first: Node, second: Node, text: SpecText): UserError {
  return new UserError({
    code: 'EINC0102',
    message: `a row has at most one row variable, found \`${first.sourceString}\` and \`${second.sourceString}\``,
    labels: [{ span: spanOf(second, text) }, { span: spanOf(first, text), text: 'the first one' }],
    help: ['rows are separated by `|` and `->`: `batch | input -> output`'],
  });
}

/** The empty word that ends an axis comes after the space, so the space is trimmed. */
function spanOf({ source }: Node, text: SpecText): Span {
  const { startIdx, endIdx } = source.trimmed();
  return text.spanOf(startIdx, endIdx);
}

// Ohm hangs operations and their arguments on an index signature; the casts are here.

function textOf(node: Node): SpecText {
  return (node['args'] as { readonly text: SpecText }).text;
}

function spec(semantics: ReturnType<typeof letters>, match: MatchResult, text: SpecText): Spec {
  return (semantics(match) as unknown as { spec(text: SpecText): Spec }).spec(text);
}

function shape(node: Node, text: SpecText): ShapeSpec {
  return (node as unknown as { shape(text: SpecText): ShapeSpec }).shape(text);
}

function axis(node: Node, text: SpecText): AxisSpec {
  return (node as unknown as { axis(text: SpecText): AxisSpec }).axis(text);
}
