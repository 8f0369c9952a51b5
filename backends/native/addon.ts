/** The functions of `runtime/`, typed, and how they get into the process. */
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
/** A number that only `runtime/` makes, and that it refuses once its object is gone. */
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
 * Every function checks what it is given and throws an `Error`. Where a kernel failed, that error
 * is a `KernelFailure`; where memory ran out, it has `bytesAsked` and `bytesLive`.
 */
export interface Native {
  /** Zero-filled, aligned to 64 bytes, from 1 MiB on to 2 MiB. */
  allocate(bytes: number): BufferHandle;
  /** What is queued still sees the memory; a plan that names it cannot be run again. */
  free(buffer: BufferHandle): void;
  /** Some bytes of another buffer, as a buffer. Their memory stays until both are freed. */
  window(buffer: BufferHandle, offset: number, bytes: number): BufferHandle;
  address(buffer: BufferHandle): number;
  write(buffer: BufferHandle, offset: number, from: TypedArray): void;
  read(buffer: BufferHandle, offset: number, to: TypedArray): void;
  /** Of all buffers of this process. */
  liveBytes(): number;

  open(path: string): LibraryHandle;
  kernel(library: LibraryHandle, symbol: string): KernelHandle;
  /** Unmapped when no plan needs it any more. */
  close(library: LibraryHandle): void;

  /**
   * `program` is, for each step, the kernel, how many arguments it gets, and those: a buffer, or
   * `-1 - i` for index `i` of the plan.
   */
  createPlan(stream: StreamHandle, indexCount: number, program: Float64Array): PlanHandle;
  /** What is queued still runs. */
  destroyPlan(plan: PlanHandle): void;
  launch(plan: PlanHandle, ...indices: number[]): Position;
  /** `count` runs; from each to the next index `i` grows by stride `i`. */
  loop(plan: PlanHandle, count: number, ...indicesAndStrides: number[]): Position;
  /** On this thread, after all that is queued on the plan's stream. */
  run(plan: PlanHandle, ...indices: number[]): void;
  runLoop(plan: PlanHandle, count: number, ...indicesAndStrides: number[]): void;

  /** Of the whole machine when no device is given. */
  createStream(device?: NativeDeviceHandle): StreamHandle;
  /** Waits for what is queued. */
  destroyStream(stream: StreamHandle): void;
  /** For how many milliseconds its thread has run kernels and copies. */
  busy(stream: StreamHandle): number;
  wait(stream: StreamHandle): void;
  idle(stream: StreamHandle): Promise<void>;
  /** Resolves when all up to the position is done; rejects with what kept some of it from that. */
  finished(stream: StreamHandle, position: Position): Promise<void>;

  /** Holds the stream until another has come to a position. What failed there has failed here. */
  waitFor(stream: StreamHandle, other: StreamHandle, position: Position): Position;
  /** Between buffers of one size. */
  copy(stream: StreamHandle, to: BufferHandle, from: BufferHandle): Position;

  /**
   * Commands for several streams, to be queued by one call. `program` is how many streams, those, and for each
   * command five numbers: see `runtime/lists.c`.
   */
  createList(program: Float64Array): ListHandle;
  /** What has been started goes on. */
  destroyList(list: ListHandle): void;
  /**
   * Queues all of it, after everything that is queued on its streams. `numbers` are the indices of its runs, and room
   * for the position of each stream. `inputs` are read when their turn comes: nobody may change them before it is done. Then
   * `results` are, for each stream, the milliseconds that it has been at work, and eight bytes for each result.
   * Rejects with what kept some of it from being done.
   */
  start(
    list: ListHandle,
    numbers: Float64Array,
    arrays: readonly [results: Float64Array, ...inputs: TypedArray[]],
  ): Promise<void>;

  /**
   * Threads of streams that would wake on the caller's processor, and take it, are not woken for what is queued
   * until `release`, or until the caller waits.
   */
  hold(): void;
  release(): void;

  /** Some cores: see `sizePool`. The threads of its streams run there too. */
  createDevice(threads: number, cores: Int32Array): NativeDeviceHandle;
  /** Its streams keep it. */
  destroyDevice(device: NativeDeviceHandle): void;

  /**
   * How many threads the loops of kernels share in this process, with the one that runs the kernel; 1 to
   * 1024. With the core of each processor, -1 for none, their threads are pinned; there must be
   * as many cores as threads.
   */
  sizePool(threads: number, cores: Int32Array): void;
}

export interface KernelFailure extends Error {
  /** The plan's handle; it may be gone by now. */
  readonly plan: number;
  readonly step: number;
  readonly code: number;
}

/** How many commands of a stream have been queued: it comes there when so many are done. */
export type Position = number;

let loading: Promise<Native> | undefined;

/** Built at first use, by the compiler that kernels are built with; loaded once per process. */
export function loadNative(compiler?: Compiler): Promise<Native> {
  loading ??= buildAndLoad(compiler);
  // A failure may be mended, say by installing a compiler, without a restart.
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

/** A file of `backends/`, with those it includes from beside it, which the compiler would not find in its workspace. */
export function sourceOf(folder: string, file: string): string {
  const text = readFileSync(join(packageRoot(), 'backends', folder, file), 'utf8');
  return text.replaceAll(/^#include "(.*)"$/gm, (_, other: string) => sourceOf(folder, other));
}

function nodeApiHeaders(): { readonly path: string; readonly version: string } {
  const description = createRequire(import.meta.url).resolve('node-api-headers/package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
  return { path: join(dirname(description), 'include'), version };
}

/** The same folder from the sources and from a bundle in `dist/`. */
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
