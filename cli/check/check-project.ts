/** All templates of a project, and what is wrong with them. */
import { ts } from 'ts-morph';
import { type Diagnostic, UserError } from '../../compiler/index.ts';
import {
  faultsOf,
  type Made,
  read,
  type TemplateSource,
  TextFile,
  whatItMakes,
} from '../../dsl/dry-run/index.ts';
import { shownPath } from '../../dsl/language/text-file.ts';
import { CleanTemplates } from './clean-templates.ts';
import { type EincSymbols, eincSymbols } from './einc-symbols.ts';
import { findTemplates, type FoundTemplate, tagOf } from './find-templates.ts';
import { type HoleContext, typedHole } from './hole-types.ts';
import { placedTemplate } from './placed-template.ts';
import { openProject, type Project, type ProjectOptions } from './project.ts';
import { wrongTypeArgument } from './type-argument.ts';
import { variableInScope } from './variable-in-scope.ts';

export interface Checked {
  /** By file, in the order of the project, and by place. */
  readonly faults: readonly Diagnostic[];
  readonly files: number;
  readonly templates: number;
}

/** `onFile` is told how many files are done. */
export function checkProject(
  options: ProjectOptions,
  onFile: (done: number, of: number) => void = () => undefined,
): Checked {
  const project = openProject(options);
  const clean = new CleanTemplates(JSON.stringify([process.cwd(), options]));
  const checker = new ProjectChecker(project, clean);
  const checked = project.files.map((file, i) => {
    onFile(i, project.files.length);
    return checker.file(file);
  });
  clean.save();
  return {
    faults: checked.flatMap(({ faults }) => faults),
    files: project.count,
    templates: checked.reduce((sum, { templates }) => sum + templates, 0),
  };
}

class ProjectChecker {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #einc: EincSymbols;
  readonly #clean: CleanTemplates;
  readonly #texts = new Map<ts.SourceFile, TextFile>();
  readonly #sources = new Map<ts.Node, TemplateSource>();
  readonly #programs = new Map<ts.Node, ReturnType<typeof read>>();
  readonly #context: HoleContext;

  constructor(project: Project, clean: CleanTemplates) {
    const checker = project.program.getTypeChecker();
    const einc = eincSymbols(project);
    this.#program = project.program;
    this.#checker = checker;
    this.#einc = einc;
    this.#clean = clean;
    this.#context = { checker, einc, madeBy: template => this.#madeBy(template) };
  }

  file(file: ts.SourceFile): {
    readonly faults: readonly Diagnostic[];
    readonly templates: number;
  } {
    const [syntax] = this.#program.getSyntacticDiagnostics(file);
    if (syntax) return { faults: [this.#notTypeScript(file, syntax)], templates: 0 };
    const templates = findTemplates(file, this.#checker, this.#einc);
    return { faults: templates.flatMap(t => this.#faultsIn(t)), templates: templates.length };
  }

  #faultsIn({ node, language, holes }: FoundTemplate): readonly Diagnostic[] {
    const source = this.#sourceOf(node);
    const typed = holes.map(hole => typedHole(hole, this.#context));
    const faults = this.#clean.faultsOf([language, source.text], typed, () => {
      const program = this.#read(node, language, source);
      return program instanceof UserError ? program.diagnostics : faultsOf(program, source, typed);
    });
    const made = faults.length === 0 ? this.#madeBy(node) : undefined;
    return made ? wrongTypeArgument(node, made, source, this.#context) : faults;
  }

  #madeBy(node: ts.TaggedTemplateExpression): Made | undefined {
    if (tagOf(node, this.#checker, this.#einc) !== 'op') return undefined;
    const source = this.#sourceOf(node);
    return this.#clean.madeBy(source.text, () => {
      const program = this.#read(node, 'op', source);
      return program instanceof UserError || program.kind === 'cd'
        ? undefined
        : whatItMakes(program);
    });
  }

  /** A template is parsed once, be it for its own sake or for those whose holes hold it. */
  #read(
    node: ts.Node,
    language: FoundTemplate['language'],
    source: TemplateSource,
  ): ReturnType<typeof read> {
    const program = this.#programs.get(node) ?? read(language, source);
    this.#programs.set(node, program);
    return program;
  }

  #sourceOf(node: ts.TaggedTemplateExpression): TemplateSource {
    const known = this.#sources.get(node);
    if (known) return known;
    const textOf = (file: ts.SourceFile): TextFile => this.#textOf(file);
    const source = placedTemplate(node, textOf(node.getSourceFile()), name =>
      variableInScope(name, node, this.#checker, textOf),
    );
    this.#sources.set(node, source);
    return source;
  }

  #textOf(file: ts.SourceFile): TextFile {
    const text = this.#texts.get(file) ?? new TextFile(shownPath(file.fileName), file.text);
    this.#texts.set(file, text);
    return text;
  }

  #notTypeScript(file: ts.SourceFile, { messageText, start, length }: ts.Diagnostic): Diagnostic {
    const source = this.#textOf(file);
    const words = ts.flattenDiagnosticMessageText(messageText, '\n');
    const message = `this file is not TypeScript: ${words.replace(/\.$/, '')}`;
    const span = { source, start: start ?? 0, end: (start ?? 0) + (length ?? 1) };
    return { code: 'EINC0703', message, labels: [{ span }] };
  }
}
