/** The definitions of a program's `op` templates, with the parameters that come through their holes. */
import { ts } from 'ts-morph';
import { UserError } from '../../compiler/index.ts';
import {
  type DefinedPart,
  definedParts,
  type Params,
  read,
  TextFile,
} from '../../dsl/dry-run/index.ts';
import { resolved } from './einc-symbols.ts';
import { findTemplates, tagOf } from './find-templates.ts';
import { typingOf } from './hole-types.ts';
import { initializerOf } from './initializer.ts';
import type { KnownTypes } from './known-types.ts';
import { placedTemplate } from './placed-template.ts';

export class DefinitionReader {
  readonly #known: KnownTypes;
  readonly #read = new Map<ts.Node, readonly DefinedPart[]>();

  constructor(known: KnownTypes) {
    this.#known = known;
  }

  /** One entry per template; templates that cannot be parsed define nothing. */
  inFile(file: ts.SourceFile): readonly (readonly DefinedPart[])[] {
    const templates = findTemplates(file, this.#known);
    return templates
      .filter(({ language }) => language === 'op')
      .map(({ node }) => this.#partsOf(node))
      .filter(parts => parts.length > 0);
  }

  #partsOf(node: ts.TaggedTemplateExpression): readonly DefinedPart[] {
    const known = this.#read.get(node);
    if (known) return known;
    // In a faulty program a template may depend on itself; that adds nothing.
    this.#read.set(node, []);
    const text = new TextFile('', node.getSourceFile().text);
    const program = read(
      'op',
      placedTemplate(node, text, () => undefined),
    );
    if (program instanceof UserError || program.kind === 'cd') return [];
    const { template } = node;
    const holes = ts.isTemplateExpression(template)
      ? template.templateSpans.map(span => span.expression)
      : [];
    const parts = definedParts(program, index => {
      const hole = holes[index];
      return hole ? this.#paramsAt(hole) : unknown;
    });
    this.#read.set(node, parts);
    return parts;
  }

  #paramsAt(hole: ts.Expression): Params {
    const { checker, einc } = this.#known;
    const { expression, property } = initializerOf(hole, checker) ?? {};
    if (expression && ts.isTaggedTemplateExpression(expression)) {
      if (tagOf(expression, this.#known) !== 'op') return unknown;
      const parts = this.#partsOf(expression);
      const part = property === undefined ? only(parts) : parts.find(p => p.name === property);
      return part && part.kind !== 'layer' ? part.params : unknown;
    }
    if (expression && ts.isCallExpression(expression)) {
      const callee = checker.getSymbolAtLocation(expression.expression);
      if (callee && einc.isTensorCall(resolved(callee, checker))) return none;
    }
    const { type } = typingOf(hole, this.#known);
    return ['number', 'numbers', 'symbol', 'string', 'boolean'].includes(type.kind)
      ? none
      : unknown;
  }
}

const unknown: Params = { known: [], isAll: false };
const none: Params = { known: [], isAll: true };

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}
