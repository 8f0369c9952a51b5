/** Checks the templates of one file of a project. */
import { ts } from 'ts-morph';
import { type Diagnostic, UserError } from '../../compiler/index.ts';
import {
  faultsOf,
  type Made,
  read,
  type TemplateSource,
  type TypedHole,
  whatItMakes,
} from '../../dsl/dry-run/index.ts';
import type { CleanTemplates } from './clean-templates.ts';
import type { Typing } from './evident.ts';
import { findTemplates, type FoundTemplate, tagOf } from './find-templates.ts';
import { typingOf } from './hole-types.ts';
import { KnownTypes } from './known-types.ts';
import type { Programs } from './programs.ts';
import { type SentTemplate, typeOfMade } from './sent-template.ts';
import { TemplateSources } from './template-sources.ts';
import { wrongTypeArgument } from './type-argument.ts';

export class ProjectChecker {
  readonly #outline: ts.Program;
  readonly #known: KnownTypes;
  readonly #clean: CleanTemplates;
  readonly #sources: TemplateSources;
  readonly #programs = new Map<ts.Node, ReturnType<typeof read>>();
  readonly #typings = new Map<ts.Expression, Typing>();
  readonly #templates = new Map<ts.SourceFile, readonly FoundTemplate[]>();

  constructor(programs: Programs, clean: CleanTemplates) {
    this.#outline = programs.outline;
    this.#known = new KnownTypes(programs);
    this.#sources = new TemplateSources(programs.outline.getTypeChecker());
    this.#clean = clean;
  }

  /** Undefined if the file is not TypeScript. */
  templatesIn(file: ts.SourceFile): readonly FoundTemplate[] {
    const known = this.#templates.get(file);
    if (known) return known;
    const templates = this.#syntaxError(file) ? [] : findTemplates(file, this.#known);
    this.#templates.set(file, templates);
    return templates;
  }

  faultsIn(file: ts.SourceFile): readonly Diagnostic[] {
    const syntax = this.#syntaxError(file);
    if (syntax) return [this.#notTypeScript(file, syntax)];
    return this.templatesIn(file).flatMap(template => this.#faultsOf(template));
  }

  /** The templates of a file, for a thread without TypeScript. */
  sent(file: ts.SourceFile): readonly SentTemplate[] {
    return this.templatesIn(file).map(({ node, language, holes }) => ({
      language,
      text: this.#sources.of(node).text,
      holes: holes.map(hole => {
        const { type, maker } = this.#typingOf(hole);
        const isOp = maker && tagOf(maker.template, this.#known) === 'op';
        const text = isOp && this.#sources.of(maker.template).text;
        return {
          type,
          expression: hole.getText(),
          maker: text ? { text, property: maker.property } : undefined,
        };
      }),
    }));
  }

  #faultsOf({ node, language, holes }: FoundTemplate): readonly Diagnostic[] {
    const source = this.#sources.of(node);
    const typed = holes.map(hole => this.#typed(hole));
    const faults = this.#clean.faultsOf([language, source.text], typed, () => {
      const program = this.#read(node, language, source);
      return program instanceof UserError ? program.diagnostics : faultsOf(program, source, typed);
    });
    const isToCompare = faults.length === 0 && node.typeArguments !== undefined;
    const made = isToCompare ? this.#madeBy(node) : undefined;
    return made ? wrongTypeArgument(node, made, source, this.#known) : faults;
  }

  #typed(hole: ts.Expression): TypedHole {
    const known = this.#known;
    const { type, maker } = this.#typingOf(hole);
    return {
      type: maker ? typeOfMade(type, this.#madeBy(maker.template), maker.property) : type,
      typeText: () => known.checker.typeToString(known.checker.getTypeAtLocation(hole), hole),
      expression: hole.getText(),
    };
  }

  #typingOf(hole: ts.Expression): Typing {
    const typing = this.#typings.get(hole) ?? typingOf(hole, this.#known);
    this.#typings.set(hole, typing);
    return typing;
  }

  #madeBy(node: ts.TaggedTemplateExpression): Made | undefined {
    if (tagOf(node, this.#known) !== 'op') return undefined;
    const source = this.#sources.of(node);
    return this.#clean.madeBy(source.text, () => {
      const program = this.#read(node, 'op', source);
      return program instanceof UserError || program.kind === 'cd'
        ? undefined
        : whatItMakes(program);
    });
  }

  /** Parses a template once, whether for itself or for templates whose holes contain it. */
  #read(
    node: ts.Node,
    language: FoundTemplate['language'],
    source: TemplateSource,
  ): ReturnType<typeof read> {
    const program = this.#programs.get(node) ?? read(language, source);
    this.#programs.set(node, program);
    return program;
  }

  #syntaxError(file: ts.SourceFile): ts.Diagnostic | undefined {
    return this.#outline.getSyntacticDiagnostics(file)[0];
  }

  #notTypeScript(file: ts.SourceFile, { messageText, start, length }: ts.Diagnostic): Diagnostic {
    const source = this.#sources.textOf(file);
    const words = ts.flattenDiagnosticMessageText(messageText, '\n');
    const message = `this file is not TypeScript: ${words.replace(/\.$/, '')}`;
    const span = {
      source,
      start: start ?? 0,
      end: (start ?? 0) + (length ?? 1),
    };
    return { code: 'EINC0703', message, labels: [{ span }] };
  }
}
