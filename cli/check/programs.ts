/**
 * TypeScript's view of a project, in two stages: an outline, which resolves the names of its files,
 * and the whole, which has types. The whole reads the declarations of everything
 * imported and of JavaScript itself, so it is made only for questions that the outline cannot answer.
 */
import { Project as MorphProject, ts } from 'ts-morph';

export interface ProgramOptions {
  /** Absolute names of the files that may have templates. */
  readonly sources: readonly string[];
  /** Those of declaration files that the project adds. */
  readonly declarations: readonly string[];
  /** The file of einc to which the program's `import … from 'einc'` resolves. */
  readonly door: string;
  readonly options: ts.CompilerOptions;
}

export class Programs {
  readonly outline: ts.Program;
  readonly door: string;
  readonly #given: ProgramOptions;
  readonly #host: ts.CompilerHost;
  readonly #resolutions: ts.ModuleResolutionCache;
  readonly #isEinc = new Map<ts.Expression, boolean>();
  #whole: ts.Program | undefined;

  constructor(given: ProgramOptions) {
    const { sources, options, door } = given;
    this.door = door;
    this.#given = given;
    this.#host = hostOf(options);
    const folder = this.#host.getCurrentDirectory();
    this.#resolutions = ts.createModuleResolutionCache(folder, name => name, options);
    const own = new Set(sources);
    this.outline = ts.createProgram({
      rootNames: sources,
      options: { ...options, noLib: true, types: [] },
      host: this.#hostThatFinds(file => own.has(file)),
    });
  }

  /** Reuses the files that the outline has read. */
  get whole(): ts.Program {
    const { sources, declarations, door, options } = this.#given;
    const rootNames = [door, ...declarations, ...sources].filter(name => ts.sys.fileExists(name));
    const host = this.#hostThatFinds(() => true);
    return (this.#whole ??= ts.createProgram({ rootNames, options, host }));
  }

  /** Whether an import is einc. */
  isEinc(module: ts.Expression): boolean {
    const known = this.#isEinc.get(module);
    if (known !== undefined || !ts.isStringLiteral(module)) return known ?? false;
    const found = this.#resolved(module, module.getSourceFile());
    const isEinc = found?.resolvedFileName === this.door;
    this.#isEinc.set(module, isEinc);
    return isEinc;
  }

  #hostThatFinds(isFound: (file: string) => boolean): ts.CompilerHost {
    return {
      ...this.#host,
      resolveModuleNameLiterals: (names, _file, _redirected, _options, importer) =>
        names.map(name => {
          const module = this.#resolved(name, importer);
          const resolvedModule = module && isFound(module.resolvedFileName) ? module : undefined;
          return { resolvedModule };
        }),
    };
  }

  #resolved(
    name: ts.StringLiteralLike,
    importer: ts.SourceFile,
  ): ts.ResolvedModuleFull | undefined {
    const { options } = this.#given;
    const mode = ts.getModeForUsageLocation(importer, name, options);
    const at = [importer.fileName, options, this.#host, this.#resolutions] as const;
    return ts.resolveModuleName(name.text, ...at, undefined, mode).resolvedModule;
  }
}

/** Reads each file once, without parsing JSDoc types, which only JavaScript needs. */
function hostOf(options: ts.CompilerOptions): ts.CompilerHost {
  // ts-morph includes the declarations of JavaScript's standard library, which its TypeScript alone does not.
  const files = new MorphProject().getModuleResolutionHost();
  const library = '/node_modules/typescript/lib';
  const read = new Map<string, ts.SourceFile>();
  return {
    ...ts.createCompilerHost(options),
    readFile: name => files.readFile(name),
    fileExists: name => files.fileExists(name),
    getDefaultLibLocation: () => library,
    getDefaultLibFileName: given => `${library}/${ts.getDefaultLibFileName(given)}`,
    jsDocParsingMode: ts.JSDocParsingMode.ParseForTypeInfo,
    getSourceFile: (name, languageVersion) => {
      const text = read.has(name) ? undefined : files.readFile(name);
      if (text !== undefined) read.set(name, ts.createSourceFile(name, text, languageVersion));
      return read.get(name);
    },
  };
}
