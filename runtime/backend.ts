/**
 * The contract a backend signs. `runtime/` knows no backend by name; `backends/` implements this
 * file and `test/backends/conformance.test.ts` checks that it does.
 */
import type { AnyCells, DType, Program, Target, Value } from '../compiler/index.ts';

/** A device holds arrays and runs kernels: some cores, or a GPU. */
export interface BackendDevice extends Disposable {
  /** Such as `cc:0`; for a whole backend its name, `cc`. */
  readonly name: string;
  /** Allocates an array filled with zeros. Throws a `BackendError` that says what was requested if memory is short. */
  allocate(dtype: DType, cells: number): DeviceBuffer;
  openStream(): Stream;
}

/** A backend; as a device, it is all of the machine that it can use as one device. */
export interface Backend extends BackendDevice {
  /** The target that programs are scheduled for. */
  readonly target: Target;
  /** The program in the backend's own language, for dumps; undefined when it has none. */
  source(program: Program): { readonly extension: string; readonly text: string } | undefined;
  /** Makes the program runnable. Rejects with a `BackendError` that carries the compiler's words. */
  compile(program: Program): Promise<Kernel>;
  /** The two halves of `compile`, for backends whose translations are worth caching. */
  readonly translator?: Translator;
  /**
   * For backends that open before everything they need to run is available: resolves when it is. Until then
   * they hold arrays and compile, but cannot be divided into `devices`.
   */
  ready?(): Promise<void>;
  /** Whether kernels on one device can be bound to arrays of another. */
  readonly sharesMemory: boolean;
  /**
   * Divides the machine into `count` devices, or into as many as it has. Throws a `UserError` if that
   * is impossible.
   */
  devices(count: number | 'all'): readonly BackendDevice[];
  /**
   * Calls `queue`, which queues work on several streams, so that all streams begin it at about the same time. They
   * may begin when this returns.
   */
  together?(queue: () => void): void;
  /** Records commands for several streams that are then queued by one call; left out if that saves nothing. */
  record?(commands: readonly StreamCommand[]): CommandList;
}

/** A command to be queued on a stream. */
export type StreamCommand =
  /** Runs a plan with the next of the given indices. */
  | { readonly kind: 'run'; readonly stream: Stream; readonly plan: Plan }
  /** Waits for an earlier command of another stream, by its number in the list. */
  | { readonly kind: 'wait'; readonly stream: Stream; readonly for: number }
  | {
      readonly kind: 'copy';
      readonly stream: Stream;
      readonly to: DeviceBuffer;
      readonly from: DeviceBuffer;
    }
  /** Fills an array from an input, starting at its cell `first`. */
  | {
      readonly kind: 'fill';
      readonly stream: Stream;
      readonly to: DeviceBuffer;
      readonly input: number;
      readonly first: number;
    }
  /** Returns the first cell of an array to the caller. */
  | { readonly kind: 'get'; readonly stream: Stream; readonly from: DeviceBuffer };

export interface CommandList extends Disposable {
  /**
   * Queues all commands, after what is already queued on any of their streams. `inputs` are read while the commands run and
   * must not be changed until all are done. Rejects as `finished` does.
   */
  start(indices: readonly number[], inputs: readonly ArrayLike<Value>[]): Promise<Done>;
  /**
   * Queues all commands `times` times, each time after the one before. `growth` says by how much each index grows from
   * time to time; every input has an equally large piece for each. Skips all times after one that fails.
   */
  loop(
    times: number,
    indices: readonly number[],
    growth: readonly number[],
    inputs: readonly ArrayLike<Value>[],
  ): Promise<Done>;
  /** The most times for which `loop` is sure to return without waiting for the streams. */
  readonly mostTimes: number;
}

export interface Done {
  /** The cells returned by `get` commands, in order; those of each time of a loop after those of the time before. */
  readonly values: readonly Value[];
  /** How long each stream has worked, in the order in which commands first mention them. */
  readonly milliseconds: readonly number[];
}

export interface Translator {
  translate(program: Program): Translated;
  /** Rejects as `compile` does. */
  build(translated: Translated): Promise<Kernel>;
}

/** A program in the language of a backend, with everything needed to run it. Plain data, can be stored as JSON. */
export interface Translated {
  readonly name: string;
  readonly source: string;
  /** Further sources, if the program is divided among several compilers. */
  readonly others?: readonly string[];
  readonly flags: readonly string[];
  readonly buffers: readonly { readonly dtype: DType; readonly cells: number }[];
  readonly arenaBytes: number;
  readonly indices: number;
}

/** Array memory of a device. Disposing twice has no further effect; use after disposing throws. */
export interface DeviceBuffer extends Disposable {
  readonly dtype: DType;
  readonly cells: number;
  readonly bytes: number;
  /**
   * Copies `cells` values into the array, converting each to its dtype. The caller must have waited for the
   * streams that use the buffer.
   */
  write(values: ArrayLike<Value>): void;
  /** Copies the cells out: f16, bf16 and the 8-bit floats as f32; i64 and u64 as bigints. The same condition holds. */
  read(): AnyCells;
  /** One cell, without copying the others. Throws a `RangeError` outside `0 <= cell < cells`. */
  at(cell: number): Value;
  /**
   * `cells` cells starting at `first`, as a buffer of the same memory: kernels that are bound to both see each
   * other's writes. Only if devices share memory.
   */
  window?(first: number, cells: number): DeviceBuffer;
}

/** A compiled program, not yet tied to memory. */
export interface Kernel extends Disposable {
  /**
   * Binds the program's parameters, in their order, to buffers. `arena`, of at least `arenaBytes`, is
   * for its scratch arrays; its contents before and after a run are meaningless.
   */
  bind(buffers: readonly DeviceBuffer[], arena?: DeviceBuffer): BoundKernel;
}

/** Opaque outside its backend. */
export type BoundKernel = object;

/**
 * Kernels run one after another, in the order of the calls. A kernel that fails stops those
 * queued after it, here and in streams that wait for them, until the failure is reported:
 * the next call that waits throws it, and only that call.
 */
export interface Stream extends Disposable {
  /**
   * Combines several kernels, run in order, into one launchable unit. `symbols` of a step says, for each
   * index that the kernel takes, which of the plan's indices it is.
   */
  plan(steps: readonly PlanStep[]): Plan;
  /** Queues the plan and returns at once. `indices` are copied by this call. */
  launch(plan: Plan, indices: readonly number[]): void;
  /** Runs the plan on the calling thread after everything queued; returns when it is done. */
  run(plan: Plan, indices: readonly number[]): void;
  /** Queues `count` runs as one call; from each to the next, `indices[i]` grows by `steps[i]`. */
  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void;
  /** An event that is reached when everything queued so far is done. */
  record(): StreamEvent;
  /** Makes what is queued from now on start after the event, which may be of any device of the backend. */
  waitFor(event: StreamEvent): void;
  /** Queues a copy of all cells to an array of the same dtype and size, on any device. */
  copy(to: DeviceBuffer, from: DeviceBuffer): void;
  /**
   * Resolves when an event of this stream is reached; rejects with the failure that prevented something
   * before it, even if that has already been reported.
   */
  finished(event: StreamEvent): Promise<void>;
  /** Resolves when everything queued so far has run. */
  idle(): Promise<void>;
  /** Blocks the calling thread until then. */
  wait(): void;
  /** How long the stream has worked in all, without waiting, if that is known. */
  busyMilliseconds?(): number;
  /**
   * How long the device takes for what `work` queues here, by its own clock, which ignores what the
   * calling thread does meanwhile. Blocks until it is done. Left out if the host's clock is as good.
   */
  deviceSeconds?(work: () => void): number;
}

/** Opaque outside its backend, which releases it when it is garbage-collected. */
export type StreamEvent = object;

export interface PlanStep {
  readonly kernel: BoundKernel;
  readonly symbols: readonly number[];
}

export interface Plan extends Disposable {
  /** How many indices every launch must give. */
  readonly indexCount: number;
}
