import {
  arenaBytes,
  type ArrayHandle,
  compile,
  type Compiled,
  type DeviceArray,
  type DType,
  type LinkableRoutine,
  type Program,
  type RoutineSource,
  type Schedule,
  UserError,
  type Value,
} from '../compiler/index.ts';
import type { Backend, DeviceBuffer, Kernel, Plan, Stream } from './backend.ts';
import {
  checkCell,
  checkContextOptions,
  checkOptions,
  checkValues,
  handleOf,
  handlesToKeep,
  sourceOf,
} from './arguments.ts';
import { checkSchedule } from './check-schedule.ts';
import { HostArray } from './host-array.ts';
import { Memory, type MemoryUsage, nothingSent, type StateArray } from './memory.ts';
import { Routine } from './routine.ts';
import { settings, takesTuned } from './settings.ts';
import { tunedSchedule } from './tuned.ts';

export interface ContextOptions {
  /** Decides the initial values of parameters. Default 0. */
  readonly seed?: number;
  /** The dtype of arrays that nothing in the program gives another: f32 by default. */
  readonly dtype?: DType;
}

export interface CompileRoutineOptions {
  /** Tensors whose values, or `.grad`s, a run is to leave behind for the host or other routines. */
  readonly keep?: readonly ArrayHandle[];
  /** Instead of the name that the code's sections give. */
  readonly name?: string;
  /**
   * How its nests are to run, instead of what the compiler would choose: by the names of the arrays
   * that they compute, as `einc dump --stage schedule` shows them. The results are the same.
   */
  readonly schedule?: Schedule;
}

/**
 * The memory of tensors on one device, and the routines that work on it. Dispose of it when done:
 * `using ctx = await context();`.
 */
export class Context implements Disposable {
  readonly seed: number;
  readonly dtype: DType;
  readonly #backend: Backend;
  readonly #stream: Stream;
  readonly #memory: Memory;
  /** Arrays whose initial values have been computed, or are being. */
  readonly #started = new Map<DeviceArray, Promise<void>>();
  readonly #owned: Disposable[] = [];
  /** The call that works on arrays of this context, and has to end before another is made. */
  #lentTo: string | undefined;
  #disposed = false;

  /** Throws a `UserError` for options that are none. */
  constructor(backend: Backend, options: ContextOptions = {}) {
    checkContextOptions(options);
    const { seed = 0, dtype = 'f32' } = options;
    this.seed = seed;
    this.dtype = dtype;
    this.#backend = backend;
    this.#stream = backend.openStream();
    this.#memory = new Memory(backend, { seed, dtype });
  }

  get backend(): string {
    return this.#backend.name;
  }

  /**
   * Makes a routine of code and ties it to this context's arrays; parameters and data get their
   * values when first met, for which one that starts from an expression has a routine of its own run.
   * Rejects with a `UserError` for a program that is wrong and with a
   * `BackendError` when the compiler of the backend fails.
   */
  async compile(source: RoutineSource, options: CompileRoutineOptions = {}): Promise<Routine> {
    this.#checkOpen();
    const code = sourceOf(source);
    checkOptions('EINC0509', 'compile', options, ['keep', 'name', 'schedule']);
    const { keep = [], name, schedule } = options;
    if (schedule !== undefined) checkSchedule(schedule);
    const linkable = code.settle({ dtype: this.dtype, keep: handlesToKeep(keep), name });
    this.#memory.checkInputs(linkable.routine.name, linkable.inputs);
    for (const array of linkable.inputs) await this.#start(array);
    const compiled = this.#compileAndShow(linkable, schedule);
    const kernel = await this.#backend.compile(compiled.program);
    const plan = this.#link(linkable, compiled.program, kernel);
    const { name: title, symbols } = linkable.routine;
    let awaited = [...linkable.inputs].filter(({ initial }) => initial.kind === 'sent');
    const checkReady = (): void => {
      this.#checkOpen();
      if (awaited.length === 0) return;
      awaited = awaited.filter(array => !this.#memory.isFilled(array));
      const [missing] = awaited;
      if (missing) throw nothingSent(`\`${title}\` reads \`${missing.label}\``, missing);
    };
    return new Routine(compiled, symbols, this.#stream, plan, checkReady);
  }

  /** Computes the initial value of an array that starts from an expression, once. */
  async #start(array: DeviceArray): Promise<void> {
    const { initial } = array;
    if (initial.kind !== 'computed') return;
    const known = this.#started.get(array);
    if (!known && this.#memory.isFilled(array)) return;
    const start = known ?? this.compile(initial.by).then(routine => routine.runSync());
    this.#started.set(array, start);
    await start;
  }

  /** Ties a kernel to this context's arrays. What it takes goes back when there is no room for all. */
  #link(
    { routine, arrays, inputs, outputs }: LinkableRoutine,
    program: Program,
    kernel: Kernel,
  ): Plan {
    const taken: Disposable[] = [kernel];
    try {
      // The context may have gone while the compiler was at work.
      this.#checkOpen();
      const buffers = arrays.map(array => this.#memory.bufferOf(array));
      const arena = this.#memory.arenaOf(arenaBytes(program.scratch));
      const bound = kernel.bind(buffers, arena);
      const step = { kernel: bound, symbols: routine.symbols.map((_, i) => i) };
      const plan = this.#stream.plan([step]);
      this.#owned.push(...taken, plan);
      outputs.forEach(array => this.#memory.markFilled(array));
      this.#memory.noteUse(inputs, outputs);
      return plan;
    } catch (error) {
      taken.toReversed().forEach(resource => resource[Symbol.dispose]());
      throw error;
    }
  }

  #compileAndShow(
    { routine, tensors, because }: LinkableRoutine,
    schedule: Schedule | undefined,
  ): Compiled {
    const { watchedPass, onRoutine } = settings();
    const { target } = this.#backend;
    let watched: Program | undefined;
    const compiled = compile(routine, {
      target,
      schedule,
      suggest: takesTuned() ? program => tunedSchedule(program, target) : undefined,
      observe: (pass, after) => {
        if (pass.name === watchedPass) watched = after;
      },
      explains: onRoutine !== undefined,
    });
    if (onRoutine) {
      const source = this.#backend.source(compiled.program);
      onRoutine({ compiled, source, watched, because, schedule, tensors });
    }
    return compiled;
  }

  // ── Values ────────────────────────────────────────────────────────────────────────────────────

  /** The values of a tensor, after all that is queued. */
  async read(handle: ArrayHandle): Promise<HostArray> {
    this.#checkOpen();
    await this.#start(handleOf(handle, 'read').deviceArray(this.dtype));
    const buffer = this.#bufferFor(handle, 'read');
    await this.idle();
    return this.#copy(handle, buffer);
  }

  /** The same, blocking the calling thread. */
  readSync(handle: ArrayHandle): HostArray {
    const buffer = this.#bufferFor(handle, 'readSync');
    this.#stream.wait();
    return this.#copy(handle, buffer);
  }

  /**
   * One number of a tensor: the first, unless another cell is asked for. Of a 64-bit integer that no
   * double is, the nearest double. Blocks.
   */
  item(handle: ArrayHandle, cell = 0): number {
    const buffer = this.#bufferFor(handle, 'item');
    if (cell !== 0 || buffer.cells === 0)
      checkCell(handle.deviceArray(this.dtype).label, buffer.cells, cell);
    this.#stream.wait();
    return Number(buffer.at(cell));
  }

  /** Gives a tensor new values, in memory order. Blocks until the queue is done. */
  write(handle: ArrayHandle, values: ArrayLike<Value>): void {
    this.#checkOpen();
    const array = handleOf(handle, 'write').deviceArray(this.dtype);
    const buffer = this.#memory.bufferOf(array);
    checkValues(array.label, buffer.cells, values);
    this.#stream.wait();
    buffer.write(values);
    this.#memory.markFilled(array);
  }

  /**
   * Hands the memory of tensors to `use`, after all that is queued. Until that is done the context takes no
   * other call, for who does not await it would read what is being written.
   */
  async lend<T>(
    handles: readonly ArrayHandle[],
    call: string,
    use: (buffers: readonly DeviceBuffer[]) => Promise<T>,
  ): Promise<T> {
    const buffers = handles.map(handle => this.#bufferFor(handleOf(handle, call), call));
    return this.#lendWhile(call, () => use(buffers));
  }

  /**
   * The same for all that its routines carry from run to run: parameters that are updated, what
   * optimisers keep. Rejects with a `UserError` when there is no such thing.
   */
  async lendState<T>(call: string, use: (state: readonly StateArray[]) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const state = this.#memory.state();
    if (state.length > 0) return this.#lendWhile(call, () => use(state));
    throw new UserError({
      code: 'EINC0962',
      message: `\`${call}\` finds nothing that routines of this context carry from run to run`,
      help: ['compile the routine that updates the parameters first'],
    });
  }

  async #lendWhile<T>(call: string, use: () => Promise<T>): Promise<T> {
    this.#lentTo = call;
    try {
      await this.#stream.idle();
      return await use();
    } finally {
      this.#lentTo = undefined;
    }
  }

  /** Resolves when all queued runs are done; rejects if one of them failed. */
  async idle(): Promise<void> {
    this.#checkOpen();
    await this.#stream.idle();
    this.#checkOpen();
  }

  /** Blocks until then. */
  wait(): void {
    this.#checkOpen();
    this.#stream.wait();
  }

  /** How many arrays the context holds, their size, and what its routines have for those of one run. */
  memory(): MemoryUsage {
    return this.#memory.usage();
  }

  /** Frees everything. Waits for what is queued. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stream[Symbol.dispose]();
    this.#owned.toReversed().forEach(resource => resource[Symbol.dispose]());
    this.#memory[Symbol.dispose]();
    this.#backend[Symbol.dispose]();
  }

  #copy(handle: ArrayHandle, buffer: DeviceBuffer): HostArray {
    const { dtype, dims } = handle.deviceArray(this.dtype);
    return new HostArray(buffer.read(), dtype, dims);
  }

  #bufferFor(handle: ArrayHandle, call: string): DeviceBuffer {
    this.#checkOpen();
    return this.#memory.bufferFor(handle, call);
  }

  #checkOpen(): void {
    if (this.#disposed) {
      throw new UserError({ code: 'EINC0507', message: 'this context has been disposed of' });
    }
    if (this.#lentTo === undefined) return;
    throw new UserError({
      code: 'EINC0961',
      message: `\`${this.#lentTo}\` is still at work on arrays of this context`,
      help: [`await \`${this.#lentTo}\` before the next call`],
    });
  }
}
