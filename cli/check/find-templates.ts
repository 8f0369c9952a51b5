/** The `op` and `cd` templates of a file. */
import { ts } from 'ts-morph';
import type { Language } from '../../dsl/dry-run/index.ts';
import { resolved } from './einc-symbols.ts';
import type { KnownTypes } from './known-types.ts';

export interface FoundTemplate {
  readonly language: Language;
  readonly node: ts.TaggedTemplateExpression;
  readonly holes: readonly ts.Expression[];
}

/** In source order, including templates in the holes of others. */
export function findTemplates(file: ts.SourceFile, known: KnownTypes): readonly FoundTemplate[] {
  const found: FoundTemplate[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) {
      const language = tagOf(node, known);
      if (language) found.push({ language, node, holes: holesOf(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The tag may be imported under any name, or be a member of the module: `einc.op`. */
export function tagOf(
  { tag }: ts.TaggedTemplateExpression,
  known: KnownTypes,
): Language | undefined {
  const evident = known.evident.languageOf(tag);
  return evident === 'none' ? undefined : (evident ?? tagByType(tag, known));
}

function tagByType(tag: ts.Expression, { checker, einc }: KnownTypes): Language | undefined {
  const named = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(tag) ? tag.name : tag);
  const symbol = named && resolved(named, checker);
  if (!symbol) return undefined;
  // A variable that holds the tag: const o = op.
  const isVariable = (symbol.flags & ts.SymbolFlags.Variable) !== 0;
  const held = isVariable ? checker.getTypeAtLocation(tag).symbol : undefined;
  return einc.languageOf(symbol) ?? (held && einc.languageOf(held));
}

function holesOf({ template }: ts.TaggedTemplateExpression): readonly ts.Expression[] {
  return ts.isNoSubstitutionTemplateLiteral(template)
    ? []
    : template.templateSpans.map(span => span.expression);
}
