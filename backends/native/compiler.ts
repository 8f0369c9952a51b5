/** Finds the user's C compiler by looking at files only: a warm start must not run one. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { BackendError } from '../../compiler/index.ts';

export interface Compiler {
  /** Absolute, as found and not resolved: wrappers look at the name they are called by. */
  readonly path: string;
  /** Another text whenever another compiler answers to this path. */
  readonly identity: string;
  /** Where the compiler finds its assembler and linker. */
  readonly searchPath: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const usualCommands = ['cc', 'gcc', 'clang'];

/** `$EINC_CC`, a path or a command, and nothing else when it is set; otherwise the usual names. */
export function findCompiler(env: Environment = process.env): Compiler {
  const searchPath = env['PATH'] ?? '';
  const chosen = env['EINC_CC'] ?? '';
  for (const command of chosen === '' ? usualCommands : [chosen]) {
    const path = locate(command, searchPath);
    if (path !== undefined) return { path, identity: identityOf(path), searchPath };
  }
  throw chosen === '' ? nothingFound(searchPath) : choiceNotFound(chosen, searchPath);
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

function nothingFound(searchPath: string): BackendError {
  return new BackendError({
    code: 'EINC0901',
    message: 'no C compiler found for backend `cc`',
    notes: [`tried $EINC_CC (unset), ${usualCommands.join(', ')} on PATH=${searchPath}`],
    help: [
      'Debian/Ubuntu: sudo apt-get install --no-install-recommends gcc libc6-dev',
      'elsewhere: set EINC_CC=/path/to/cc',
      ...commonHelp,
    ],
  });
}

function choiceNotFound(chosen: string, searchPath: string): BackendError {
  const looked = chosen.includes('/') ? 'not an executable file' : `not on PATH=${searchPath}`;
  return new BackendError({
    code: 'EINC0901',
    message: 'no C compiler found for backend `cc`',
    notes: [`$EINC_CC is \`${chosen}\`: ${looked}`],
    help: [
      'set EINC_CC to one path or command, with no options in it',
      `or unset it: ${usualCommands.join(', ')} are then tried on PATH`,
      ...commonHelp,
    ],
  });
}
