/**
 * Runs many loop programs: through one library where a compiler is slow to start, on a GPU each as a
 * routine of its own.
 */
import { flagsFor } from '../../backends/cc/backend.ts';
import { c99 } from '../../backends/cc/dialect.ts';
import { emitParts, entryPoint } from '../../backends/clike/emit.ts';
import { type CudaSource, cudaSource } from '../../backends/cuda/source.ts';
import { EmulatedKernel } from '../../backends/cuda-emulator/kernel.ts';
import {
  compileEmulated,
  emulatedText,
  findCppCompiler,
} from '../../backends/cuda-emulator/library.ts';
import { openBackend } from '../../backends/index.ts';
import { loadNative, type Native } from '../../backends/native/addon.ts';
import { NativeBuffer } from '../../backends/native/buffer.ts';
import { compileLibrary } from '../../backends/native/compile.ts';
import { findCompiler } from '../../backends/native/compiler.ts';
import { openKernel } from '../../backends/native/kernel.ts';
import { NativeStream } from '../../backends/native/stream.ts';
import { arenaBytes } from '../../compiler/loop/arena.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import type { AnyCells, Cells } from '../../compiler/core/cells.ts';
import { boundToGpu, invariant } from '../../compiler/index.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import type { Backend, DeviceBuffer, Kernel } from '../../runtime/backend.ts';
import type { Cache } from '../../runtime/cache.ts';
import { noCppCompiler } from './cpp-compiler.ts';
import { type Input, inputFor, symbolsFor } from './run-program.ts';
import { leftOver } from './shared-memory.ts';
import { type Compiling, compiling } from './tested-backends.ts';

/** What a program leaves in each array it is given when it starts from `input`. */
export type Run = (salt?: number, input?: Input) => ReadonlyMap<string, Cells>;

/** The same programs on each of them; see `compileAll`. */
export function compileEverywhere(
  programs: readonly Program[],
): Promise<readonly { readonly backend: Compiling; readonly runs: readonly Run[] }[]> {
  return Promise.all(
    compiling.map(async backend => ({
      backend,
      runs: await compileAll(programs, undefined, backend),
    })),
  );
}

/** No runs where the backend's compiler is missing: what is to run them says that it needs it. */
export async function compileAll(
  programs: readonly Program[],
  cache?: Cache,
  backend: Compiling = compiling[0] ?? 'cc',
): Promise<readonly Run[]> {
  if (backend === 'cuda') return compileOn(await openBackend('cuda'), programs.map(boundToGpu));
  const options = cache ? { cache } : {};
  const native = await loadNative();
  const open = backend === 'cc' ? libraryInC : libraryInCuda;
  return runsOf(native, await open(native, programs, options));
}

/** Programs whose CUDA is written already, on the emulator; no runs where that has no compiler. */
export async function compileSources(sources: readonly Written[]): Promise<readonly Run[]> {
  const native = await loadNative();
  return runsOf(native, await emulatedLibrary(native, sources, {}));
}

/** Each by itself, as a context does. */
export async function compileOn(
  backend: Backend,
  programs: readonly Program[],
): Promise<readonly Run[]> {
  const kernels = await Promise.all(programs.map(program => backend.compile(program)));
  return programs.map((program, i) => (salt = 0, input = inputFor) => {
    const kernel = kernels[i];
    invariant(kernel, () => 'a kernel for each program');
    const { params, scratch, symbols } = program;
    using stream = backend.openStream();
    using arena = backend.allocate('u8', arenaBytes(scratch));
    arena.write(new Uint8Array(arena.cells).fill(leftOver));
    const buffers = params.map(node => backend.allocate(node.dtype, cellsOf(node)));
    params.forEach((node, at) => buffers[at]?.write(input(node, salt)));
    const bound = scratch.length > 0 ? kernel.bind(buffers, arena) : kernel.bind(buffers);
    using plan = stream.plan([{ kernel: bound, symbols: symbols.map((_, at) => at) }]);
    stream.run(plan, [...symbolsFor(program).values()]);
    return readAll(program, buffers);
  });
}

function runsOf(native: Native, compiled: readonly Compiled[]): readonly Run[] {
  return compiled.map(({ program, kernel: openOne }) => (salt = 0, input = inputFor) => {
    const { params, scratch, symbols } = program;
    using stream = new NativeStream(native);
    using kernel = openOne();
    const buffers = params.map(node => new NativeBuffer(native, node.dtype, cellsOf(node)));
    params.forEach((node, at) => buffers[at]?.write(input(node, salt)));
    using arena = new NativeBuffer(native, 'u8', arenaBytes(scratch));
    arena.write(new Uint8Array(arena.cells).fill(leftOver));
    using plan = stream.plan([
      {
        kernel: scratch.length > 0 ? kernel.bind(buffers, arena) : kernel.bind(buffers),
        symbols: symbols.map((_, at) => at),
      },
    ]);
    stream.run(plan, [...symbolsFor(program).values()]);
    return readAll(program, buffers);
  });
}

/** By name; the buffers go. */
function readAll(
  { params }: Program,
  buffers: readonly DeviceBuffer[],
): ReadonlyMap<string, Cells> {
  const left = new Map<string, Cells>();
  buffers.forEach((buffer, at) => {
    left.set(params[at]?.name ?? '', numbersOf(buffer.read()));
    buffer[Symbol.dispose]();
  });
  return left;
}

interface Compiled {
  /** As it runs: it may need an arena that the one given does not. */
  readonly program: Program;
  readonly kernel: () => Kernel;
}

type Options = NonNullable<Parameters<typeof compileLibrary>[2]>;

async function libraryInC(
  native: Native,
  programs: readonly Program[],
  options: Options,
): Promise<readonly Compiled[]> {
  const library = { name: 'programs', source: sourceInC(programs), flags: flagsFor(programs) };
  const path = await compileLibrary(findCompiler(), library, options);
  return programs.map((program, i) => ({
    program,
    kernel: () => openKernel(native, path, `${entryPoint}_${i}`),
  }));
}

export interface Written {
  readonly program: Program;
  readonly source: CudaSource;
}

function libraryInCuda(
  native: Native,
  programs: readonly Program[],
  options: Options,
): Promise<readonly Compiled[]> {
  const written = programs.map(one => {
    const program = boundToGpu(one);
    return { program, source: cudaSource(program) };
  });
  return emulatedLibrary(native, written, options);
}

/** Kernels of several programs may have the same name, which C++ keeps apart and CUDA's `extern "C"` does not. */
async function emulatedLibrary(
  native: Native,
  written: readonly Written[],
  options: Options,
): Promise<readonly Compiled[]> {
  if (noCppCompiler !== undefined) return [];
  const compiler = findCppCompiler();
  const parts = written.map(({ program, source }, i) => {
    const entry = `${entryPoint}_${i}`;
    const mangled = source.text.replaceAll('extern "C" __global__', '__global__');
    const text = emulatedText(program, { ...source, text: mangled }, entry);
    return { program, steps: source.steps, entry, text: `namespace program_${i} {\n${text}}\n` };
  });
  const text = parts.map(part => part.text).join('');
  const library = await compileEmulated(
    compiler,
    { name: 'programs', text, isChecked: true },
    options,
  );
  return parts.map(part => ({
    program: part.program,
    kernel: () => new EmulatedKernel({ ...part, native, compiler, library, text }),
  }));
}

/** Of i64 and u64 the nearest doubles. */
function numbersOf(cells: AnyCells): Cells {
  const isWide = cells instanceof BigInt64Array || cells instanceof BigUint64Array;
  return isWide ? Float64Array.from(cells, Number) : cells;
}

/** The programs beside each other, each with an entry point of its own; what several need, once. */
function sourceInC(programs: readonly Program[]): string {
  const parts = programs.map((program, i) =>
    emitParts({ ...program, name: `program_${i}` }, c99, `${entryPoint}_${i}`),
  );
  const needs = new Set(parts.flatMap(part => part.needs));
  return [...needs, ...parts.map(part => part.text)].join('\n');
}
