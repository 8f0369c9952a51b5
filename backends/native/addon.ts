/** The functions of `runtime/`, typed; builds and loads the addon. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackendError, InternalError } from '../../compiler/index.ts';
import { compileLibrary } from './compile.ts';
import { type Compiler, findCompiler } from './compiler.ts';
import { poolSize } from './threads.ts';

declare const handleKind: unique symbol;
/** A number issued by `runtime/`, which refuses it once its object is gone. */
type Handle<Kind extends string> = number & { readonly [handleKind]: Kind };

export type BufferHandle = Handle<'buffer'>;
export type LibraryHandle = Handle<'library'>;
export type KernelHandle = Handle<'kernel'>;
export type PlanHandle = Handle<'plan'>;
export type StreamHandle = Handle<'stream'>;
export type NativeDeviceHandle = Handle<'device'>;
export type ListHandle = Handle<'list'>;

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * Every function checks its arguments and throws an `Error`. If a kernel failed, that error
 * is a `KernelFailure`; if memory ran out, it has `bytesAsked` and `bytesLive`.
 */
export interface Native {
  /** Zero-filled, aligned to 64 bytes, from 1 MiB on to 2 MiB. */
  allocate(bytes: number): BufferHandle;
  /** Queued commands still see the memory; a plan that refers to it cannot be run again. */
  free(buffer: BufferHandle): void;
  /** A range of another buffer, as a buffer. The memory is kept until both are freed. */
  window(buffer: BufferHandle, offset: number, bytes: number): BufferHandle;
  address(buffer: BufferHandle): number;
  write(buffer: BufferHandle, offset: number, from: TypedArray): void;
  read(buffer: BufferHandle, offset: number, to: TypedArray): void;
  /** Of all buffers of this process. */
  liveBytes(): number;

  open(path: string): LibraryHandle;
  kernel(library: LibraryHandle, symbol: string): KernelHandle;
  /** Unmapped once no plan needs it. */
  close(library: LibraryHandle): void;

  /**
   * `program` has, for each step, the kernel, its number of arguments, and the arguments: a buffer, or
   * `-1 - i` for index `i` of the plan.
   */
  createPlan(stream: StreamHandle, indexCount: number, program: Float64Array): PlanHandle;
  /** Queued runs still execute. */
  destroyPlan(plan: PlanHandle): void;
  launch(plan: PlanHandle, ...indices: number[]): Position;
  /** `count` runs; after each, index `i` grows by stride `i`. */
  loop(plan: PlanHandle, count: number, ...indicesAndStrides: number[]): Position;
  /** On this thread, after everything queued on the plan's stream. */
  run(plan: PlanHandle, ...indices: number[]): void;
  runLoop(plan: PlanHandle, count: number, ...indicesAndStrides: number[]): void;

  /** On the whole machine if no device is given. */
  createStream(device?: NativeDeviceHandle): StreamHandle;
  /** Waits for queued work. */
  destroyStream(stream: StreamHandle): void;
  /** How many milliseconds its thread has spent in kernels and copies. */
  busy(stream: StreamHandle): number;
  wait(stream: StreamHandle): void;
  idle(stream: StreamHandle): Promise<void>;
  /** Resolves when everything up to the position is done; rejects with the error that prevented it. */
  finished(stream: StreamHandle, position: Position): Promise<void>;

  /** Makes the stream wait until another one has reached a position. A failure there is a failure here. */
  waitFor(stream: StreamHandle, other: StreamHandle, position: Position): Position;
  /** Between buffers of the same size. */
  copy(stream: StreamHandle, to: BufferHandle, from: BufferHandle): Position;

  /**
   * Commands for several streams, queued by one call. `program` has the number of streams, the streams, and five
   * numbers for each command: see `runtime/lists.c`.
   */
  createList(program: Float64Array): ListHandle;
  /** Started lists continue. */
  destroyList(list: ListHandle): void;
  /**
   * Queues the whole list, after everything that is queued on its streams. `numbers` has the indices of its runs, and room
   * for the position of each stream. `inputs` are read when a stream reaches them and must not change before the list is
   * done. Then `results` has, for each stream, the milliseconds that it has worked, and eight bytes for each result.
   * Rejects with the error that prevented some of it.
   *
   * With `times`, executes it that often: `numbers` has, after the indices, by how much each of them grows from time to time;
   * every input has an equally large piece for each time, and `results` has further results for each.
   */
  start(
    list: ListHandle,
    numbers: Float64Array,
    arrays: readonly [results: Float64Array, ...inputs: TypedArray[]],
    times?: number,
  ): Promise<void>;

  /**
   * Stream threads that would wake on the caller's processor and preempt it are not woken for queued commands
   * until `release`, or until the caller waits.
   */
  hold(): void;
  release(): void;

  /** Some cores: see `sizePool`. The threads of its streams run there too. */
  createDevice(threads: number, cores: Int32Array): NativeDeviceHandle;
  /** Its streams keep it alive. */
  destroyDevice(device: NativeDeviceHandle): void;

  /**
   * How many threads the loops of kernels share in this process, including the one that runs the kernel; 1 to
   * 1024. If the core of each processor is given, -1 for none, the threads are pinned; there must be
   * as many cores as threads.
   */
  sizePool(threads: number, cores: Int32Array): void;
}

export interface KernelFailure extends Error {
  /** The plan's handle; it may be stale. */
  readonly plan: number;
  readonly step: number;
  readonly code: number;
}

/** A number of commands of a stream, reached when that many are done. */
export type Position = number;

let loading: Promise<Native> | undefined;

/** Built on first use, by the compiler that kernels are built with; loaded once per process. */
export function loadNative(compiler?: Compiler): Promise<Native> {
  loading ??= buildAndLoad(compiler);
  // A failure may be fixed without a restart, for example by installing a compiler.
  loading.catch(() => (loading = undefined));
  return loading;
}

async function buildAndLoad(compiler: Compiler = findCompiler()): Promise<Native> {
  const { threads, coreOf } = poolSize();
  const native = load(await build(compiler));
  native.sizePool(threads, Int32Array.from(coreOf));
  return native;
}

const flags = ['-std=gnu11', '-O1', '-fvisibility=hidden', '-pthread', '-ldl'];

function build(compiler: Compiler): Promise<string> {
  const source = sourceOf('native/runtime', 'runtime.c');
  return compileLibrary(compiler, { name: 'runtime', source, flags, include: nodeApiHeaders() });
}

/**
 * A file of `backends/`, with the files it includes from its folder inlined, since the compiler would not find them
 * in its workspace.
 */
export function sourceOf(folder: string, file: string): string {
  const text = readFileSync(join(packageRoot(), 'backends', folder, file), 'utf8');
  return text.replaceAll(/^#include "(.*)"$/gm, (_, other: string) => sourceOf(folder, other));
}

function nodeApiHeaders(): { readonly path: string; readonly version: string } {
  const description = createRequire(import.meta.url).resolve('node-api-headers/package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
  return { path: join(dirname(description), 'include'), version };
}

/** The same folder, whether this runs from source or from a bundle in `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isRoot(folder)) {
    const above = dirname(folder);
    if (above === folder) throw new InternalError('the package folder of einc is nowhere above');
    folder = above;
  }
  return folder;
}

function isRoot(folder: string): boolean {
  const description = join(folder, 'package.json');
  if (!existsSync(description)) return false;
  const { name } = JSON.parse(readFileSync(description, 'utf8')) as { name?: string };
  return name === 'einc';
}

/** Loads a built addon. */
export function load(path: string): Native {
  const module = { exports: {} };
  try {
    process.dlopen(module, path, constants.dlopen.RTLD_NOW);
  } catch (cause) {
    throw loadError('the native runtime', cause);
  }
  return module.exports as Native;
}

export function loadError(what: string, cause: unknown): BackendError {
  return new BackendError(
    {
      code: 'EINC0907',
      message: `${what} cannot be loaded`,
      notes: [cause instanceof Error ? cause.message : String(cause)],
      help: ['if its file system forbids running code, set EINC_CACHE_DIR to one that allows it'],
    },
    { cause },
  );
}
