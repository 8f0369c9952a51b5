import {
  type ArrayHandle,
  type DType,
  type RoutineSource,
  UserError,
  type Value,
} from '../compiler/index.ts';
import type { Backend, DeviceBuffer } from './backend.ts';
import { checkContextOptions, handleOf } from './arguments.ts';
import { checkChild, checkChildOptions, type LinkOptions } from './check-link.ts';
import { type CompiledCode, type CompileRoutineOptions } from './compiled-code.ts';
import { type DeviceStream, streamOn } from './device-stream.ts';
import { promiseOf } from './forgotten-await.ts';
import { HostArray, hostArrayFields } from './host-array.ts';
import { Lender } from './lender.ts';
import { Memory, type MemoryUsage, type StateArray } from './memory.ts';
import { Routine } from './routine.ts';
import { Routines } from './routines.ts';
import type { Run } from './run.ts';
import { type Destination, transfer } from './transfer.ts';
import { type Home, Values } from './values.ts';

export interface ContextOptions {
  /** Decides the initial values of parameters. Default 0. */
  readonly seed?: number;
  /** The dtype of arrays that nothing in the program gives another: f32 by default. */
  readonly dtype?: DType;
}

/** The place of a context that does not have a backend of its own. */
export interface Place {
  readonly stream: DeviceStream;
  /** The context whose arrays it also sees. */
  readonly parent?: Context;
  /** What is disposed of with the context. */
  readonly owned: readonly Disposable[];
}

const promisedRoutine = promiseOf<Routine>('ctx.compile', Routine, ['code', 'symbols', 'runs']);
const promisedValues = promiseOf<HostArray>('ctx.read', HostArray, hostArrayFields);

function alone(backend: Backend): Place {
  const stream = streamOn(backend);
  return { stream, owned: [backend, stream] };
}

/**
 * The memory of tensors on one device, and the routines that work on it, in order on a stream. Dispose of
 * it when done: `using ctx = await context();`.
 */
export class Context implements Disposable {
  readonly seed: number;
  readonly dtype: DType;
  readonly stream: DeviceStream;
  readonly #memory: Memory;
  readonly #values: Values;
  readonly #lender: Lender;
  readonly #parent: Context | undefined;
  readonly #children = new Set<Context>();
  readonly #routines: Routines;
  /** What is disposed of with the context. */
  readonly #owned: readonly Disposable[];
  #disposed = false;

  /** On a backend of its own, which is disposed of with it, or at a place. Throws a `UserError` for unknown options. */
  constructor(at: Backend | Place, options: ContextOptions = {}) {
    checkContextOptions(options);
    const { stream, parent, owned } = 'stream' in at ? at : alone(at);
    const { seed = 0, dtype = 'f32' } = options;
    this.seed = seed;
    this.dtype = dtype;
    this.stream = stream;
    this.#parent = parent;
    this.#memory = new Memory(stream.device, {
      seed,
      dtype,
      parent: parent ? parent.#memory : undefined,
    });
    this.#values = new Values({ memory: this.#memory, stream, dtype });
    this.#lender = new Lender(this.#memory, stream);
    this.#routines = new Routines({
      stream,
      memory: this.#memory,
      dtype,
      parent: parent ? parent.#routines : undefined,
      checkOpen: () => {
        this.#checkOpen();
      },
    });
    this.#owned = owned;
    if (parent) parent.#children.add(this);
  }

  get backend(): string {
    return this.#backend.name;
  }

  /** The name of the device: `cc`, or `cc:1` if there are several. */
  get device(): string {
    return this.stream.device.name;
  }

  /**
   * A context that sees the arrays of this one in addition to its own, which this one does not see. Either
   * reads what the other has written, in the order of the calls, whatever their streams.
   */
  child(options: { readonly stream?: DeviceStream } = {}): Context {
    this.#checkOpen();
    checkChildOptions(options);
    const { stream = this.stream } = options;
    checkChild(stream, this.stream);
    const { seed, dtype } = this;
    return new Context({ stream, parent: this, owned: [] }, { seed, dtype });
  }

  // ── Routines ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Makes a routine of code and ties it to this context's arrays; parameters and data get their
   * values when first met, for which one that starts from an expression has a routine of its own run.
   * Rejects with a `UserError` for a program that is wrong and with a
   * `BackendError` when the compiler of the backend fails.
   */
  compile(
    source: RoutineSource,
    options: CompileRoutineOptions & LinkOptions = {},
  ): Promise<Routine> {
    return promisedRoutine(this.#compile(source, options));
  }

  async #compile(
    source: RoutineSource,
    options: CompileRoutineOptions & LinkOptions,
  ): Promise<Routine> {
    this.#checkOpen();
    return this.#routines.compile(source, options);
  }

  /** Several at the same time, by as many compilers as there are cores; tied in their order. */
  async compileAll(
    sources: readonly RoutineSource[],
    options: Omit<CompileRoutineOptions, 'name' | 'schedule'> = {},
  ): Promise<readonly Routine[]> {
    this.#checkOpen();
    return this.#routines.compileAll(sources, options);
  }

  /** Ties code that is compiled already, and may be tied to other contexts too, to this one's arrays. */
  async link(code: CompiledCode, options: LinkOptions = {}): Promise<Routine> {
    this.#checkOpen();
    return this.#routines.link(code, options);
  }

  // ── Values ────────────────────────────────────────────────────────────────────────────────────

  /** Has an array here, with its initial values, for this context's children to share. */
  async hold(handle: ArrayHandle): Promise<void> {
    this.#checkOpen();
    const array = handleOf(handle, 'hold').deviceArray(this.dtype);
    await this.#routines.start(array);
    this.#memory.arrayOf(array);
  }

  /**
   * Has an array here be cells of one that a context further up holds, from the first one on: a part of a number, which has no
   * cell in common with parts of others. Who reads the whole array waits for all who write parts of it.
   */
  place(
    handle: ArrayHandle,
    whole: ArrayHandle,
    at: { readonly part: number; readonly first: number },
  ): void {
    this.#checkOpen();
    const { dtype } = this;
    const held = this.#memory.arrayOf(handleOf(whole, 'place').deviceArray(dtype));
    this.#memory.place(handleOf(handle, 'place').deviceArray(dtype), held, at);
  }

  /** The values of a tensor, after all that is queued here and the last write of it elsewhere. */
  read(handle: ArrayHandle): Promise<HostArray> {
    return promisedValues(this.#read(handle));
  }

  async #read(handle: ArrayHandle): Promise<HostArray> {
    this.#checkOpen();
    await this.#routines.start(handleOf(handle, 'read').deviceArray(this.dtype));
    this.#checkOpen();
    const held = this.#values.toRead(handle, 'read');
    await this.idle();
    return this.#values.copy(handle, held);
  }

  /** The same, blocking the calling thread. */
  readSync(handle: ArrayHandle): HostArray {
    this.#checkOpen();
    return this.#values.read(handle, 'readSync');
  }

  /**
   * One number of a tensor: the first, unless another cell is asked for. Of a 64-bit integer that no
   * double is, the nearest double. Blocks.
   */
  item(handle: ArrayHandle, cell = 0): number {
    this.#checkOpen();
    return this.#values.cell(handle, 'item', cell);
  }

  /** Sets the values of a tensor, in memory order. Blocks until nothing queued uses the old ones. */
  write(handle: ArrayHandle, values: ArrayLike<Value>): void {
    this.#checkOpen();
    this.#values.write(handle, 'write', values);
  }

  /** Copies an array from another context into this one: see `deviceToDevice`. */
  receive(handle: ArrayHandle, from: Context, into: Destination): Run {
    return transfer(handle, { to: this.home(), from: from.home(), into });
  }

  /**
   * Passes the memory of tensors to `use`, after everything queued. Until that is done the context accepts no
   * other call, since a caller who does not await this would read what is being written.
   */
  async lend<T>(
    handles: readonly ArrayHandle[],
    call: string,
    use: (buffers: readonly DeviceBuffer[]) => Promise<T>,
  ): Promise<T> {
    this.#checkOpen();
    return this.#lender.lend(handles, call, use);
  }

  /**
   * The same for all that its routines carry from run to run: parameters that are updated, what
   * optimisers keep. Rejects with a `UserError` when there is no such thing.
   */
  async lendState<T>(call: string, use: (state: readonly StateArray[]) => Promise<T>): Promise<T> {
    this.#checkOpen();
    return this.#lender.lendState(call, use);
  }

  /** Resolves when all queued runs are done; rejects if one of them failed. */
  async idle(): Promise<void> {
    this.#checkOpen();
    await this.stream.queue.idle();
    this.#checkOpen();
  }

  /** Blocks until then. */
  wait(): void {
    this.#checkOpen();
    this.stream.queue.wait();
  }

  /** Its stream and its arrays, for those who queue work there. Throws as every call does. */
  home(): Home {
    this.#checkOpen();
    const { stream, dtype } = this;
    return { stream, dtype, memory: this.#memory };
  }

  /** How many arrays the context holds, their size, and what its routines have for those of one run. */
  memory(): MemoryUsage {
    return { ...this.#memory.usage(), arenaBytes: this.stream.arenas.bytes };
  }

  /** Frees everything, and its children first. Waits for what is queued. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const child of this.#children) child[Symbol.dispose]();
    if (this.#parent) this.#parent.#children.delete(this);
    this.stream.finish();
    this.#routines[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
    this.#owned.toReversed().forEach(resource => resource[Symbol.dispose]());
  }

  get #backend(): Backend {
    return this.stream.sharing.backend;
  }

  #checkOpen(): void {
    if (this.#disposed) {
      throw new UserError({ code: 'EINC0507', message: 'this context has been disposed of' });
    }
    this.#lender.check();
  }
}
