/**
 * The contract a backend signs. `runtime/` knows no backend by name; `backends/` implements this
 * file and `test/backends/conformance.test.ts` checks that it does.
 */
import type { AnyCells, DType, Program, Target, Value } from '../compiler/index.ts';

/** Where arrays are and kernels run: some cores, a GPU. */
export interface BackendDevice extends Disposable {
  /** `cc:0`; of a whole backend its own, `cc`. */
  readonly name: string;
  /** A zero-filled array. Throws a `BackendError` that says what was asked when there is no room. */
  allocate(dtype: DType, cells: number): DeviceBuffer;
  openStream(): Stream;
}

/** As a device, it is all of the machine that it can use as one. */
export interface Backend extends BackendDevice {
  /** What programs are scheduled for. */
  readonly target: Target;
  /** The program in the backend's own language, for dumps; undefined when it has none. */
  source(program: Program): { readonly extension: string; readonly text: string } | undefined;
  /** Makes the program runnable. Rejects with a `BackendError` that carries the compiler's words. */
  compile(program: Program): Promise<Kernel>;
  /** Of backends whose translations are worth keeping: the two halves of `compile`. */
  readonly translator?: Translator;
  /**
   * Of backends that may open before all is there that they run by: resolves when it is. Until then
   * they hold arrays and compile, but are not divided into `devices`.
   */
  ready?(): Promise<void>;
  /** Whether kernels on one device can be bound to arrays of another. */
  readonly sharesMemory: boolean;
  /**
   * The machine as so many devices, or as many as it has. Throws a `UserError` when it cannot be
   * divided into so many.
   */
  devices(count: number | 'all'): readonly BackendDevice[];
  /**
   * Calls `queue`, which queues work on several streams that is to begin on all at about the same time. It
   * has begun, or may, when this returns.
   */
  together?(queue: () => void): void;
  /** Where that is less work than call by call: commands of several streams, to be queued as one. */
  record?(commands: readonly StreamCommand[]): CommandList;
}

/** What is queued on a stream. */
export type StreamCommand =
  /** With the next indices of those that are given. */
  | { readonly kind: 'run'; readonly stream: Stream; readonly plan: Plan }
  /** For one that stands before it, which has that number, on another stream. */
  | { readonly kind: 'wait'; readonly stream: Stream; readonly for: number }
  | {
      readonly kind: 'copy';
      readonly stream: Stream;
      readonly to: DeviceBuffer;
      readonly from: DeviceBuffer;
    }
  /** From an input, its cells from the first one on. */
  | {
      readonly kind: 'fill';
      readonly stream: Stream;
      readonly to: DeviceBuffer;
      readonly input: number;
      readonly first: number;
    }
  /** The first cell, for the caller. */
  | { readonly kind: 'get'; readonly stream: Stream; readonly from: DeviceBuffer };

export interface CommandList extends Disposable {
  /**
   * Queues all commands, after what has been queued on any of their streams. `inputs` are read when their turn comes: until
   * all is done nobody may change them. Rejects as `finished` does.
   */
  start(indices: readonly number[], inputs: readonly ArrayLike<Value>[]): Promise<Done>;
}

export interface Done {
  /** What was asked for. */
  readonly values: readonly Value[];
  /** For how long each stream has been at work, in the order in which commands name them first. */
  readonly milliseconds: readonly number[];
}

export interface Translator {
  translate(program: Program): Translated;
  /** Rejects as `compile` does. */
  build(translated: Translated): Promise<Kernel>;
}

/** A program in the language of a backend, with all that has to be known to run it. Plain data, for JSON. */
export interface Translated {
  readonly name: string;
  readonly source: string;
  /** The rest of it, where several compilers have a part of it each. */
  readonly others?: readonly string[];
  readonly flags: readonly string[];
  readonly buffers: readonly { readonly dtype: DType; readonly cells: number }[];
  readonly arenaBytes: number;
  readonly indices: number;
}

/** Array memory of a device. Disposing twice is disposing once; use after disposing throws. */
export interface DeviceBuffer extends Disposable {
  readonly dtype: DType;
  readonly cells: number;
  readonly bytes: number;
  /**
   * Copies `cells` values in, each stored as the dtype does, or out. The caller has waited for the
   * streams that use the buffer.
   */
  write(values: ArrayLike<Value>): void;
  /** Of f16, bf16 and the 8-bit floats as the f32 they are; of i64 and u64 as bigints. */
  read(): AnyCells;
  /** One cell, without copying the others. Throws a `RangeError` outside `0 <= cell < cells`. */
  at(cell: number): Value;
  /**
   * So many cells from the first one on, as a buffer of the same memory: kernels that are bound to both see what the
   * other one writes. Where devices share memory.
   */
  window?(first: number, cells: number): DeviceBuffer;
}

/** A compiled program, not yet tied to memory. */
export interface Kernel extends Disposable {
  /**
   * Ties the program's parameters, in their order, to buffers. `arena`, of at least `arenaBytes`, is
   * for its scratch arrays: what it holds before a run does not matter, and after it means nothing.
   */
  bind(buffers: readonly DeviceBuffer[], arena?: DeviceBuffer): BoundKernel;
}

/** Opaque outside its backend; its own streams know what it is. */
export type BoundKernel = object;

/**
 * Kernels run one after another, in the order of the calls. A kernel that fails stops the ones
 * queued behind it, here and in streams that wait for them, until somebody is told: the failure is
 * thrown by the next call that waits, and by that call only.
 */
export interface Stream extends Disposable {
  /**
   * Makes one launchable unit of several kernels, run in order. `symbols` of a step says, for each
   * index the kernel takes, which of the plan's indices that is.
   */
  plan(steps: readonly PlanStep[]): Plan;
  /** Queues the plan and returns at once. `indices` are captured now. */
  launch(plan: Plan, indices: readonly number[]): void;
  /** Runs the plan on the calling thread after all that is queued; returns when it is done. */
  run(plan: Plan, indices: readonly number[]): void;
  /** Queues `count` runs as one call; from each to the next, `indices[i]` grows by `steps[i]`. */
  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void;
  /** A point in the queue: reached when all that is queued so far is done. */
  record(): StreamEvent;
  /** What is queued from now on starts after the event, which may be of any device of the backend. */
  waitFor(event: StreamEvent): void;
  /** Queues a copy of all cells to an array of the same dtype and size, of whatever device. */
  copy(to: DeviceBuffer, from: DeviceBuffer): void;
  /**
   * Resolves when an event of this stream is reached; rejects with the failure that kept something
   * before it from being done, also when others have been told.
   */
  finished(event: StreamEvent): Promise<void>;
  /** Resolves when everything queued so far has run. */
  idle(): Promise<void>;
  /** Blocks the calling thread until then. */
  wait(): void;
  /** For how long it has been at work in all, waiting aside, where that is known. */
  busyMilliseconds?(): number;
  /**
   * How long the device takes for what `work` queues here, by its own clock, which does not count what the
   * calling thread does meanwhile. Blocks until it is done. Left out where the clock of the host is as good.
   */
  deviceSeconds?(work: () => void): number;
}

/** Opaque outside its backend, which lets go of it when it is collected. */
export type StreamEvent = object;

export interface PlanStep {
  readonly kernel: BoundKernel;
  readonly symbols: readonly number[];
}

export interface Plan extends Disposable {
  /** How many indices every launch must give. */
  readonly indexCount: number;
}
