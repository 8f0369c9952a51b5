/** Runs the compiler: one source compiles and links in one run, several are compiled to object files first. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Product } from '../../runtime/cache.ts';
import { type Attempt, outcomeError, startError, writeError } from './compile-error.ts';
import type { Compiler } from './compiler.ts';
import { type LibrarySource, sourceFile } from './library-source.ts';
import { atMost } from './limit.ts';
import { runTool, type ToolResult } from './process.ts';

export interface Place {
  readonly compiler: Compiler;
  /** The folder for all files. */
  readonly workspace: string;
  /** Limits each run of the compiler. */
  readonly timeoutMs: number;
}

const inTurn = atMost(availableParallelism());

export async function buildLibrary(library: LibrarySource, place: Place): Promise<Product> {
  const { name, source, others = [] } = library;
  if (others.length === 0) {
    return make({ library, kind: 'library', inputs: [written(library, place)] }, place);
  }
  const parts = [source, ...others].map((part, i) => ({
    ...library,
    name: `${name}_${i}`,
    source: part,
  }));
  const steps = parts.map(
    part => ({ library: part, kind: 'object', inputs: [written(part, place)] }) as const,
  );
  // All must have ended before the folder they write to is removed.
  const ends = await Promise.allSettled(steps.map(step => make(step, place)));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed) throw failed.reason;
  const inputs = parts.map(part => outputOf(part, 'object'));
  return make({ library, kind: 'library', inputs }, place);
}

type Kind = 'object' | 'library';

/** One run of the compiler. */
interface Step {
  readonly library: LibrarySource;
  readonly kind: Kind;
  readonly inputs: readonly string[];
}

/** Retries without an option that the compiler refuses: clang or an older gcc may not know what gcc does. */
async function make(step: Step, place: Place): Promise<Product> {
  const { library, kind } = step;
  const { name, source } = library;
  const { compiler, timeoutMs } = place;
  const args = argumentsOf(step);
  const file = sourceFile(library);
  const attempt = { compiler: compiler.path, name, file, source, args, timeoutMs };
  const result = await inTurn(() => run(attempt, place));
  const path = join(place.workspace, outputOf(library, kind));
  if (result.exitCode === 0 && isElf(path)) {
    return { path, meta: { name, compiler: compiler.identity, command: args } };
  }
  const flags = library.flags.filter(flag => !isRefused(flag, result));
  if (flags.length === library.flags.length) throw outcomeError(attempt, result);
  return make({ ...step, library: { ...library, flags } }, place);
}

function isRefused(flag: string, { stderr, timedOut }: ToolResult): boolean {
  return !timedOut && stderr.includes(`unknown argument: '${flag}'`);
}

function run(attempt: Attempt, { compiler, workspace }: Place): Promise<ToolResult> {
  const { path, searchPath } = compiler;
  const { args, timeoutMs } = attempt;
  // CPATH, LD_PRELOAD and the like would change the output without changing its key.
  // The compiler trusts PWD, so debug data names no folder of this machine.
  const env = { PATH: searchPath, LC_ALL: 'C', TMPDIR: workspace, PWD: '/proc/self/cwd' };
  return runTool({ path, args, cwd: workspace, env, timeoutMs }).catch((cause: unknown) => {
    throw startError(attempt, cause);
  });
}

/** Relative names, run in the workspace: the same text gives the same bytes in any folder. */
function argumentsOf({ library, kind, inputs }: Step): readonly string[] {
  const isLibrary = (flag: string) => flag.startsWith('-l');
  return [
    ...library.flags.filter(flag => !isLibrary(flag)),
    ...(library.include === undefined ? [] : ['-I', library.include.path]),
    '-fdiagnostics-color=never',
    '-fPIC',
    kind === 'library' ? '-shared' : '-c',
    '-o',
    outputOf(library, kind),
    ...inputs,
    ...(kind === 'library' ? library.flags.filter(isLibrary) : []),
  ];
}

/** The name of its file, with the source in it. */
function written(library: LibrarySource, { compiler, workspace, timeoutMs }: Place): string {
  const { name, source } = library;
  const file = sourceFile(library);
  try {
    writeFileSync(join(workspace, file), source);
  } catch (cause) {
    throw writeError({ compiler: compiler.path, name, file, source, args: [], timeoutMs }, cause);
  }
  return file;
}

function outputOf({ name }: LibrarySource, kind: Kind): string {
  return kind === 'library' ? `${name}.so` : `${name}.o`;
}

/** Options for objects and libraries alike. */
function isElf(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
  } catch {
    return false;
  }
}
