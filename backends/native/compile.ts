/** C text to a shared library: from the cache, or by running the compiler. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { emitWarning } from 'node:process';
import { invariant } from '../../compiler/index.ts';
import { type Cache, contentKey, openCache, type Product } from '../../runtime/cache.ts';
import { type Compiler } from './compiler.ts';
import { cpuIdentity } from './cpu.ts';
import { type Attempt, outcomeError, startError, writeError } from './compile-error.ts';
import { atMost } from './limit.ts';
import { type Terminal, withNotice } from './notice.ts';
import { runTool, type ToolResult } from './process.ts';

export interface LibrarySource {
  /** Letters, digits and `_.-`; names the source file, so diagnostics and debuggers show it. */
  readonly name: string;
  /** How the name of the source file ends; `c` unless something else is said. */
  readonly extension?: string;
  readonly source: string;
  /** Options of the compiler; `-l…` go behind the source, where linkers want them. */
  readonly flags: readonly string[];
  /** Headers beside the system's; `version` stands for what is in them. */
  readonly include?: { readonly path: string; readonly version: string };
}

export interface CompileOptions {
  readonly cache?: Cache;
  readonly timeoutMs?: number;
  /** Where people are told of what takes long; stderr, if it is a terminal. */
  readonly terminal?: Terminal;
}

/** What kernels and this runtime have agreed on: `int32_t k(void *const *args)`, `einc_parallel`. */
const abiVersion = '2';
const defaultTimeoutMs = 120_000;

let sharedCache: Cache | undefined;
const inTurn = atMost(availableParallelism());

/** The path of the library, whole and ready to be loaded. Rejects with a `BackendError`. */
export function compileLibrary(
  compiler: Compiler,
  library: LibrarySource,
  options: CompileOptions = {},
): Promise<string> {
  invariant(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(library.name),
    () => `a library cannot be called ${JSON.stringify(library.name)}`,
  );
  const cache = options.cache ?? (sharedCache ??= openCache({ warn: emitWarning }));
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return cache.file(libraryKey(compiler, library), workspace =>
    withNotice(
      library.name,
      () => inTurn(() => build(compiler, library, workspace, timeoutMs)),
      options.terminal,
    ),
  );
}

function libraryKey(compiler: Compiler, library: LibrarySource): string {
  const { source, flags, include } = library;
  const cpu = flags.some(flag => /^-m(arch|cpu|tune)=native$/.test(flag)) ? cpuIdentity() : '';
  const machine = `${process.platform} ${process.arch} ${cpu}`;
  const headers = include?.version ?? '';
  const file = sourceFile(library);
  return contentKey([abiVersion, compiler.identity, machine, headers, file, source, ...flags]);
}

/** Where the compiler refuses an option, without it: what gcc knows, clang may not, and neither may an older gcc. */
async function build(
  compiler: Compiler,
  library: LibrarySource,
  workspace: string,
  timeoutMs: number,
): Promise<Product> {
  const { name, source } = library;
  const args = compilerArguments(library);
  const file = sourceFile(library);
  const attempt = { compiler: compiler.path, name, file, source, args, timeoutMs };
  try {
    writeFileSync(join(workspace, file), source);
  } catch (cause) {
    throw writeError(attempt, cause);
  }
  const result = await compile(attempt, compiler, workspace);
  const path = join(workspace, `${name}.so`);
  if (result.exitCode === 0 && isSharedObject(path)) {
    return { path, meta: { name, compiler: compiler.identity, command: args } };
  }
  const flags = library.flags.filter(flag => !isRefused(flag, result));
  if (flags.length === library.flags.length) throw outcomeError(attempt, result);
  return build(compiler, { ...library, flags }, workspace, timeoutMs);
}

/** That a program cannot be compiled in parts is said in many ways, by the compiler, the linker or a plug-in. */
function isRefused(flag: string, { stderr, timedOut }: ToolResult): boolean {
  const isForParts = /^-flto|^--param=lto-/.test(flag);
  return !timedOut && (isForParts || stderr.includes(`unknown argument: '${flag}'`));
}

function compile(
  attempt: Attempt,
  { path, searchPath }: Compiler,
  workspace: string,
): Promise<ToolResult> {
  const { args, timeoutMs } = attempt;
  // CPATH, LD_PRELOAD and the like would change what is built without changing its key.
  // The compiler believes PWD, so debug data names no folder of this machine.
  const env = { PATH: searchPath, LC_ALL: 'C', TMPDIR: workspace, PWD: '/proc/self/cwd' };
  return runTool({ path, args, cwd: workspace, env, timeoutMs }).catch((cause: unknown) => {
    throw startError(attempt, cause);
  });
}

/** Relative names, run in the workspace: the same text gives the same bytes in any folder. */
function compilerArguments(library: LibrarySource): readonly string[] {
  const isLibrary = (flag: string) => flag.startsWith('-l');
  return [
    ...library.flags.filter(flag => !isLibrary(flag)),
    ...(library.include === undefined ? [] : ['-I', library.include.path]),
    '-fdiagnostics-color=never',
    '-fPIC',
    '-shared',
    '-o',
    `${library.name}.so`,
    sourceFile(library),
    ...library.flags.filter(isLibrary),
  ];
}

function sourceFile({ name, extension = 'c' }: LibrarySource): string {
  return `${name}.${extension}`;
}

function isSharedObject(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
  } catch {
    return false;
  }
}
