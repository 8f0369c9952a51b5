import type { ts } from 'ts-morph';
import { type TemplateSource, TextFile } from '../../dsl/dry-run/index.ts';
import { shownPath } from '../../dsl/language/text-file.ts';
import { placedTemplate } from './placed-template.ts';
import { variableInScope } from './variable-in-scope.ts';

/** The templates of a project in the form that the languages take; each template and file is converted once. */
export class TemplateSources {
  readonly #names: ts.TypeChecker;
  readonly #texts = new Map<ts.SourceFile, TextFile>();
  readonly #sources = new Map<ts.Node, TemplateSource>();

  constructor(names: ts.TypeChecker) {
    this.#names = names;
  }

  of(node: ts.TaggedTemplateExpression): TemplateSource {
    const known = this.#sources.get(node);
    if (known) return known;
    const textOf = (file: ts.SourceFile): TextFile => this.textOf(file);
    const source = placedTemplate(node, textOf(node.getSourceFile()), name =>
      variableInScope(name, node, this.#names, textOf),
    );
    this.#sources.set(node, source);
    return source;
  }

  textOf(file: ts.SourceFile): TextFile {
    const text = this.#texts.get(file) ?? new TextFile(shownPath(file.fileName), file.text);
    this.#texts.set(file, text);
    return text;
  }
}
