/** Compiles C text to a shared library: from the cache, or by running the compiler. */
import { emitWarning } from 'node:process';
import { invariant } from '../../compiler/index.ts';
import { type Cache, contentKey, openCache } from '../../runtime/cache.ts';
import { buildLibrary } from './build-library.ts';
import { type Compiler } from './compiler.ts';
import { cpuIdentity } from './cpu.ts';
import { type LibrarySource, sourceFile } from './library-source.ts';
import { type Terminal, withNotice } from './notice.ts';

export type { LibrarySource };

export interface CompileOptions {
  readonly cache?: Cache;
  readonly timeoutMs?: number;
  /** Where progress is shown; stderr, if it is a terminal. */
  readonly terminal?: Terminal;
}

/** The version of the ABI between kernels and the runtime: `int32_t k(void *const *args)`, `einc_parallel`. */
const abiVersion = '2';
const defaultTimeoutMs = 120_000;

let sharedCache: Cache | undefined;

/** The path of the library, complete and ready to load. Rejects with a `BackendError`. */
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
      () => buildLibrary(library, { compiler, workspace, timeoutMs }),
      options.terminal,
    ),
  );
}

function libraryKey(compiler: Compiler, library: LibrarySource): string {
  const { source, others = [], flags, include } = library;
  const cpu = flags.some(flag => /^-m(arch|cpu|tune)=native$/.test(flag)) ? cpuIdentity() : '';
  const machine = `${process.platform} ${process.arch} ${cpu}`;
  const headers = include?.version ?? '';
  const file = sourceFile(library);
  const count = `${others.length}`;
  const sources = [source, count, ...others];
  return contentKey([abiVersion, compiler.identity, machine, headers, file, ...sources, ...flags]);
}
