/** Compiles CUDA source to what a GPU loads: from the cache, or by NVRTC or `nvcc`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { emitWarning } from 'node:process';
import { invariant } from '../../../compiler/index.ts';
import { type Cache, contentKey, openCache, type Product } from '../../../runtime/cache.ts';
import { LibraryNotFound } from '../../foreign/library.ts';
import { atMost } from '../../native/limit.ts';
import { type Terminal, withNotice } from '../../native/notice.ts';
import { runTool } from '../../native/process.ts';
import { type Architecture, archOptionOf, compilableBy } from './architecture.ts';
import { type Attempt, breakdown, outcomeError, rejection } from './compile-error.ts';
import type { CudaCompiler } from './find.ts';
import { Nvrtc } from './nvrtc.ts';

export interface CudaText {
  /** Letters, digits and `_.-`; names the file, so diagnostics show it. */
  readonly name: string;
  readonly text: string;
  readonly architecture: Architecture;
}

export interface CompileOptions {
  readonly cache?: Cache;
  readonly timeoutMs?: number;
  /** Where progress is shown; stderr, if it is a terminal. */
  readonly terminal?: Terminal;
}

/** A pass of einc decides contraction, so the compiler must not contract. */
const flags = ['--std=c++17', '--fmad=false'];

/** Changes with everything else that determines the result. */
const version = '1';
const defaultTimeoutMs = 300_000;

let sharedCache: Cache | undefined;
const inTurn = atMost(availableParallelism());

/** Machine code of a GPU, or zero-terminated PTX. Rejects with a `BackendError`. */
export async function compileCuda(
  compiler: CudaCompiler,
  source: CudaText,
  options: CompileOptions = {},
): Promise<Uint8Array> {
  const { name, text, architecture } = source;
  invariant(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name),
    () => `a file of CUDA cannot be called ${JSON.stringify(name)}`,
  );
  const cache = options.cache ?? (sharedCache ??= openCache({ warn: emitWarning }));
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const key = contentKey(['cuda', version, compiler.identity, architecture, name, text, ...flags]);
  const build = compiler.kind === 'nvrtc' ? byNvrtc : byNvcc;
  const path = await cache.file(key, workspace =>
    withNotice(
      name,
      () => inTurn(() => build(compiler, source, workspace, timeoutMs)),
      options.terminal,
    ),
  );
  return new Uint8Array(readFileSync(path));
}

async function byNvrtc(
  { path, include }: CudaCompiler,
  { name, text, architecture }: CudaText,
  workspace: string,
): Promise<Product> {
  const nvrtc = openNvrtc(path, { name, text, compiler: path, args: flags });
  const args = [
    `--gpu-architecture=${compilableBy(nvrtc.architectures, architecture)}`,
    ...flags,
    ...(include === undefined ? [] : [`--include-path=${include}`]),
  ];
  const attempt = { name, text, compiler: path, args };
  const result = await nvrtc.compile(`${name}.cu`, text, args);
  if (result.kind === 'image') {
    return write(attempt, join(workspace, name), result.image);
  }
  const { status, log } = result;
  if (status === 'NVRTC_ERROR_COMPILATION') throw rejection(attempt, log);
  throw breakdown(attempt, 'failed on', [status, log.trim()]);
}

const loaded = new Map<string, Nvrtc>();

function openNvrtc(path: string, attempt: Attempt): Nvrtc {
  try {
    const nvrtc = loaded.get(path) ?? new Nvrtc(path);
    loaded.set(path, nvrtc);
    return nvrtc;
  } catch (cause) {
    if (!(cause instanceof LibraryNotFound)) throw cause;
    throw breakdown(attempt, 'could not be loaded for', cause.tried, [
      'set EINC_NVRTC to another libnvrtc.so, or EINC_NVCC to nvcc',
    ]);
  }
}

async function byNvcc(
  { path, searchPath }: CudaCompiler,
  { name, text, architecture }: CudaText,
  workspace: string,
  timeoutMs: number,
): Promise<Product> {
  // Relative names, run in the workspace: the same text gives the same bytes in any folder.
  const target = ['-cubin', archOptionOf(architecture)];
  const args = [...target, ...flags, '-o', `${name}.cubin`, `${name}.cu`];
  const attempt = { name, text, compiler: path, args };
  write(attempt, join(workspace, `${name}.cu`), text);
  // NVCC_APPEND_FLAGS, CPATH and the like would change what is built without changing its key.
  const env = { PATH: searchPath, LC_ALL: 'C', TMPDIR: workspace };
  const result = await runTool({ path, args, cwd: workspace, env, timeoutMs }).catch(
    (cause: unknown) => {
      throw breakdown(attempt, 'could not be started for', [wordsOf(cause)]);
    },
  );
  const made = join(workspace, `${name}.cubin`);
  if (result.exitCode === 0 && isCubin(made)) return { path: made, meta: metaOf(attempt) };
  throw outcomeError(attempt, result, timeoutMs);
}

function write(attempt: Attempt, path: string, content: string | Uint8Array): Product {
  try {
    writeFileSync(path, content);
  } catch (cause) {
    throw breakdown(attempt, 'found no place for', [wordsOf(cause)]);
  }
  return { path, meta: metaOf(attempt) };
}

function metaOf({ name, compiler, args }: Attempt): Product['meta'] {
  return { name, compiler, command: args };
}

function isCubin(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
  } catch {
    return false;
  }
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
