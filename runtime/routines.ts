/** The routines of a context: code is compiled, tied to the context's arrays, and these given what they start from. */
import { type DeviceArray, type DType, type RoutineSource } from '../compiler/index.ts';
import { checkOptions } from './arguments.ts';
import type { Backend } from './backend.ts';
import { checkCode, checkLinkOptions, type LinkOptions } from './check-link.ts';
import {
  compileAll,
  type CompiledCode,
  compileCode,
  type CompileRoutineOptions,
  settleCode,
} from './compiled-code.ts';
import type { DeviceStream } from './device-stream.ts';
import { Link } from './link.ts';
import type { Memory } from './memory.ts';
import { Routine } from './routine.ts';

export interface RoutinesOptions {
  readonly stream: DeviceStream;
  readonly memory: Memory;
  readonly dtype: DType;
  /** The routines of the parent context. */
  readonly parent: Routines | undefined;
  /** Throws once the context takes no calls. */
  readonly checkOpen: () => void;
}

export class Routines implements Disposable {
  readonly #stream: DeviceStream;
  readonly #memory: Memory;
  readonly #dtype: DType;
  readonly #parent: Routines | undefined;
  readonly #checkOpen: () => void;
  /** Arrays whose initial values have been computed, or are being. */
  readonly #started = new Map<DeviceArray, Promise<void>>();
  /** Code and its links. */
  readonly #linked: Disposable[] = [];

  constructor({ stream, memory, dtype, parent, checkOpen }: RoutinesOptions) {
    this.#stream = stream;
    this.#memory = memory;
    this.#dtype = dtype;
    this.#parent = parent;
    this.#checkOpen = checkOpen;
  }

  async compile(
    source: RoutineSource,
    given: CompileRoutineOptions & LinkOptions,
  ): Promise<Routine> {
    checkOptions('EINC0509', 'compile', given, ['keep', 'name', 'schedule', 'receives', 'indices']);
    const { receives, indices, ...options } = given;
    const settled = settleCode(source, options, { backend: this.#backend, dtype: this.#dtype });
    const { linkable } = settled;
    await this.#startAll(linkable.routine.name, linkable.inputs);
    const code = await compileCode(settled);
    try {
      const routine = this.#tie(code, { receives, indices });
      this.#linked.push(code);
      return routine;
    } catch (error) {
      code[Symbol.dispose]();
      throw error;
    }
  }

  async compileAll(
    sources: readonly RoutineSource[],
    options: CompileRoutineOptions,
  ): Promise<readonly Routine[]> {
    const wanted = { backend: this.#backend, dtype: this.#dtype };
    const codes = await compileAll(sources, options, wanted);
    this.#linked.push(...codes);
    const routines: Routine[] = [];
    for (const code of codes) {
      this.#checkOpen();
      routines.push(await this.link(code, {}));
    }
    return routines;
  }

  async link(code: CompiledCode, options: LinkOptions): Promise<Routine> {
    checkCode(code, this.#backend, this.#dtype);
    await this.#startAll(code.name, code.linkable.inputs);
    return this.#tie(code, options);
  }

  /** Links a routine; if memory is short, what it has allocated is released. */
  #tie(code: CompiledCode, options: LinkOptions): Routine {
    // The context may have gone while the compiler was at work.
    this.#checkOpen();
    checkLinkOptions(code, options);
    const link = new Link(code, this.#stream, this.#memory);
    this.#linked.push(link);
    const routine = new Routine(code, link, this.#checkOpen);
    return options.indices ? routine.bind(options.indices) : routine;
  }

  async #startAll(name: string, inputs: ReadonlySet<DeviceArray>): Promise<void> {
    this.#memory.checkInputs(name, inputs);
    for (const array of inputs) await this.start(array);
  }

  /** Computes the initial value of an array that starts from an expression, once. */
  async start(array: DeviceArray): Promise<void> {
    const { initial } = array;
    if (initial.kind !== 'computed') return;
    const known = this.#startOf(array);
    if (!known && this.#memory.isFilled(array)) return;
    const start = known ?? this.#startNow(initial.by);
    this.#started.set(array, start);
    await start;
  }

  async #startNow(by: RoutineSource): Promise<void> {
    this.#checkOpen();
    const routine = await this.compile(by, {});
    routine.runSync();
  }

  #startOf(array: DeviceArray): Promise<void> | undefined {
    const parent = this.#parent;
    return this.#started.get(array) ?? (parent ? parent.#startOf(array) : undefined);
  }

  get #backend(): Backend {
    return this.#stream.sharing.backend;
  }

  /** Waits for nothing: whoever calls has. */
  [Symbol.dispose](): void {
    this.#linked.toReversed().forEach(resource => resource[Symbol.dispose]());
  }
}
