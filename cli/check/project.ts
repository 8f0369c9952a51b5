/** Which files are checked, and the TypeScript programs they belong to. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { UserError } from '../../compiler/index.ts';
import { filesAt, isDeclaration, isJavaScript, isSource } from './files.ts';
import { countLikely } from './likely-templates.ts';
import { type ProgramOptions, Programs } from './programs.ts';

export interface ProjectOptions {
  /** Files and folders; none means the whole project. */
  readonly paths: readonly string[];
  /** A tsconfig.json; by default that of the working folder, if it has one. */
  readonly project: string | undefined;
}

export interface Sources extends ProgramOptions {
  /** The number of files read, including those without templates. */
  readonly count: number;
  /** The number of templates, as far as can be found without TypeScript. */
  readonly templates: number;
}

export function findSources({ paths, project }: ProjectOptions): Sources {
  const config = configOf(project);
  const names = paths.length > 0 ? paths.flatMap(filesAt) : (config?.fileNames ?? filesAt('.'));
  const unique = [...new Set(names.map(name => resolve(name)))];
  const all = unique.filter(isSource);
  const own = config?.options ?? defaults;
  // JavaScript files as well, whatever the project's own settings say.
  const wanted = all.some(isJavaScript) ? { ...own, allowJs: true } : own;
  const { options, door } = withEinc(wanted, all[0] ?? resolve('.', 'x.ts'));
  const texts = new Map(all.map(name => [name, ts.sys.readFile(name) ?? '']));
  const sources = all.filter(name => mayHaveTemplates(texts.get(name) ?? ''));
  const templates = sum([...texts.values()].map(countLikely));
  const declarations = [...(config?.fileNames ?? []), ...unique].filter(isDeclaration);
  return { sources, declarations, door, options, count: all.length, templates };
}

export interface Project {
  readonly programs: Programs;
  readonly files: readonly ts.SourceFile[];
}

export function openProject(sources: ProgramOptions): Project {
  const programs = new Programs(sources);
  const files = sources.sources.flatMap(name => programs.outline.getSourceFile(name) ?? []);
  return { programs, files };
}

/** A possible end of a tag, and a back-tick. */
function mayHaveTemplates(text: string): boolean {
  return /[\w$)\]>]\s*`/.test(text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

// ── Options ─────────────────────────────────────────────────────────────────────────────────────

const defaults: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  // Modules are resolved as by `einc run`: extensions may be left out.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  strict: true,
};

function configOf(project: string | undefined): ts.ParsedCommandLine | undefined {
  const given = project ?? 'tsconfig.json';
  const path = isFolder(given) ? join(given, 'tsconfig.json') : given;
  if (!existsSync(path)) {
    if (project === undefined) return undefined;
    throw new UserError({
      code: 'EINC0702',
      message: `there is no file ${path}`,
    });
  }
  let failure: ts.Diagnostic | undefined;
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (d: ts.Diagnostic) => (failure = d),
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(resolve(path), {}, host);
  // A project without files is detected later, and may be intended.
  const [error = failure] = parsed?.errors.filter(({ code }) => code !== noInputs) ?? [];
  if (parsed && !error) return parsed;
  const words = error ? ts.flattenDiagnosticMessageText(error.messageText, '\n') : '';
  throw new UserError({
    code: 'EINC0702',
    message: `${path} cannot be used`,
    notes: [words],
  });
}

const noInputs = 18003;

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** If a program does not find einc, it gets this package, as with `einc run`. */
function withEinc(
  given: ts.CompilerOptions,
  importer: string,
): { readonly options: ts.CompilerOptions; readonly door: string } {
  const options: ts.CompilerOptions = {
    ...given,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  };
  const mode = ts.ModuleKind.ESNext;
  const { resolvedModule: found } = ts.resolveModuleName(
    ...(['einc', importer, options, ts.sys, undefined, undefined, mode] as const),
  );
  // Without declarations einc would be found as JavaScript, which has no types.
  if (found && /ts$/.test(found.extension)) return { options, door: found.resolvedFileName };
  const own = ownDoors();
  return {
    options: { ...options, paths: { ...given.paths, ...own } },
    door: own.einc[0],
  };
}

/** The package's entry points for TypeScript: their declarations, or its sources if none were generated. */
export function ownDoors(): Readonly<Record<'einc' | `einc/${string}`, [string]>> {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  const declarations = join(root, 'dist', 'types');
  const areMade = existsSync(declarations);
  const at = (name: string): [string] => [
    areMade ? join(declarations, `${name}.d.ts`) : join(root, `${name}.ts`),
  ];
  return {
    einc: at('dsl/einc'),
    'einc/train': at('dsl/train/index'),
    'einc/data': at('dsl/data/index'),
    'einc/plot': at('dsl/plot/index'),
    'einc/compiler': at('compiler/index'),
  };
}

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
