/** Finds the user's compilers by looking at files only: a warm start must not run one. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { BackendError } from '../../compiler/index.ts';

export interface Compiler {
  /** Absolute, as found and not resolved: wrappers depend on the name they are called by. */
  readonly path: string;
  /** Changes whenever a different compiler is at this path. */
  readonly identity: string;
  /** The search path for its assembler and linker. */
  readonly searchPath: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A kind of compiler, and how people install one. */
export interface Language {
  readonly name: string;
  /** The environment variable that names a compiler. */
  readonly variable: string;
  readonly usualCommands: readonly string[];
  /** The error if none is found. */
  readonly code: string;
  readonly backend: string;
  readonly debianPackages: string;
}

export const c: Language = {
  name: 'C',
  variable: 'EINC_CC',
  usualCommands: ['cc', 'gcc', 'clang'],
  code: 'EINC0901',
  backend: 'cc',
  debianPackages: 'gcc libc6-dev',
};

/** `$EINC_CC`, a path or a command, and only that if it is set; otherwise the usual names. */
export function findCompiler(env: Environment = process.env, language = c): Compiler {
  const searchPath = env['PATH'] ?? '';
  const chosen = env[language.variable] ?? '';
  for (const command of chosen === '' ? language.usualCommands : [chosen]) {
    const path = locate(command, searchPath);
    if (path !== undefined) return { path, identity: identityOf(path), searchPath };
  }
  throw chosen === ''
    ? nothingFound(searchPath, language)
    : choiceNotFound(chosen, searchPath, language);
}

function locate(command: string, searchPath: string): string | undefined {
  if (command.includes('/')) return isExecutable(command) ? resolve(command) : undefined;
  // A relative folder on PATH would let the current folder choose the compiler.
  const folders = searchPath.split(':').filter(isAbsolute);
  return folders.map(folder => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function identityOf(path: string): string {
  const file = realpathSync(path);
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

const commonHelp = [
  'without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)',
  '`einc doctor` shows what was found',
];

function nothingFound(searchPath: string, language: Language): BackendError {
  const { name, variable, usualCommands, code, backend, debianPackages } = language;
  return new BackendError({
    code,
    message: `no ${name} compiler found for backend \`${backend}\``,
    notes: [`tried $${variable} (unset), ${usualCommands.join(', ')} on PATH=${searchPath}`],
    help: [
      `Debian/Ubuntu: sudo apt-get install --no-install-recommends ${debianPackages}`,
      `elsewhere: set ${variable}=/path/to/${usualCommands[0] ?? ''}`,
      ...commonHelp,
    ],
  });
}

function choiceNotFound(chosen: string, searchPath: string, language: Language): BackendError {
  const { name, variable, usualCommands, code, backend } = language;
  const looked = chosen.includes('/') ? 'not an executable file' : `not on PATH=${searchPath}`;
  return new BackendError({
    code,
    message: `no ${name} compiler found for backend \`${backend}\``,
    notes: [`$${variable} is \`${chosen}\`: ${looked}`],
    help: [
      `set ${variable} to one path or command, with no options in it`,
      `or unset it: ${usualCommands.join(', ')} are then tried on PATH`,
      ...commonHelp,
    ],
  });
}
