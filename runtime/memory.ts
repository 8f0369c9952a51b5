/** The arrays of a context on its device: which buffer holds which, and what was written there. */
import {
  type ArrayHandle,
  type DeviceArray,
  type DType,
  inMemoryOrder,
  product,
  UserError,
} from '../compiler/index.ts';
import { handleOf } from './arguments.ts';
import type { BackendDevice, DeviceBuffer } from './backend.ts';
import { HeldArray } from './held-array.ts';
import { initialValues } from './initial.ts';
import { MergeBuffers } from './merge-buffers.ts';

export interface MemoryOptions {
  readonly seed: number;
  readonly dtype: DType;
  /** Its arrays are seen here too, unless this memory has had its own before. */
  readonly parent?: Memory | undefined;
}

export interface MemoryUsage {
  /** How many arrays there are that outlive a run, and their size. */
  readonly arrays: number;
  readonly bytes: number;
  /** What routines have beside them for the arrays of one run. */
  readonly arenaBytes: number;
}

/** An array that is part of where a training has come to. */
export interface StateArray {
  /** Of no other array of the context. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly buffer: DeviceBuffer;
}

/** The same, and who has used it last. */
export type HeldState = Omit<StateArray, 'buffer'> & { readonly held: HeldArray };

export class Memory implements Disposable {
  readonly #device: BackendDevice;
  readonly #seed: number;
  readonly #dtype: DType;
  readonly #parent: Memory | undefined;
  readonly #arrays = new Map<DeviceArray, HeldArray>();
  /** What routines read of what was there before, and what they write. */
  readonly #read = new Set<DeviceArray>();
  readonly #written = new Set<DeviceArray>();
  /** Names that tell initial values apart, by the arrays that have them. */
  readonly #streamNames: Map<DeviceArray, string>;
  readonly merges: MergeBuffers;

  constructor(device: BackendDevice, { seed, dtype, parent }: MemoryOptions) {
    this.#device = device;
    this.#seed = seed;
    this.#dtype = dtype;
    this.#parent = parent;
    this.#streamNames = parent ? parent.#streamNames : new Map<DeviceArray, string>();
    this.merges = new MergeBuffers(array => this.#allocate(array));
  }

  isFilled(array: DeviceArray): boolean {
    return this.find(array)?.isFilled ?? false;
  }

  /** Where it is, if it is here or further up. */
  find(array: DeviceArray): HeldArray | undefined {
    if (array.initial.kind === 'sent') return this.merges.find(array);
    return this.#arrays.get(array) ?? this.#parent?.find(array);
  }

  /** The array of a tensor that the host asks for. */
  arrayFor(handle: ArrayHandle, call: string): HeldArray {
    const array = handleOf(handle, call).deviceArray(this.#dtype);
    const known = this.find(array);
    if (known) return known;
    const { kind } = array.initial;
    if (kind === 'sent') throw this.merges.nothingSent(`\`${array.label}\` is read`, array);
    if (kind !== 'none' && kind !== 'computed' && kind !== 'sum') return this.arrayOf(array);
    if (kind === 'computed') {
      throw new UserError({
        code: 'EINC0505',
        message: `\`${array.label}\` starts from an expression that nothing has computed yet`,
        help: ['await ctx.read(…), or compile a routine that uses it'],
      });
    }
    throw new UserError({
      code: 'EINC0505',
      message: `no routine of this context keeps \`${array.label}\``,
      help: [`compile the routine that computes it with { keep: [${array.label}] }`],
    });
  }

  /** With its initial values when it is first met. */
  arrayOf(array: DeviceArray): HeldArray {
    const known = this.find(array);
    if (known) return known;
    const held = this.#allocate(array);
    const { initial, dtype } = array;
    const like = initial.kind === 'same' ? initial.as.deviceArray(dtype) : array;
    const values = initialValues(like, held.buffer.cells, this.#seed, this.#streamNameOf(like));
    if (values) held.buffer.write(values);
    this.#arrays.set(array, held);
    return held;
  }

  /** Has an array lie within one of another memory, which goes away later: cells from the first one on, a part of a number. */
  place(
    array: DeviceArray,
    whole: HeldArray,
    { part, first }: { part: number; first: number },
  ): void {
    const held = whole.windowAt(part, first, product(inMemoryOrder(array.dims)));
    held.isFilled = true;
    this.#arrays.set(array, held);
  }

  #allocate({ dtype, dims }: DeviceArray): HeldArray {
    return new HeldArray(this.#device.allocate(dtype, product(inMemoryOrder(dims))));
  }

  /** Two parameters of one label must not start alike. */
  #streamNameOf(array: DeviceArray): string {
    const known = this.#streamNames.get(array);
    if (known !== undefined) return known;
    const count = [...this.#streamNames.keys()].filter(a => a.label === array.label).length;
    const name = count === 0 ? array.label : `${array.label}#${count}`;
    this.#streamNames.set(array, name);
    return name;
  }

  /** Throws a `UserError` for what a routine reads and nothing has computed. */
  checkInputs(routine: string, inputs: ReadonlySet<DeviceArray>): void {
    for (const array of inputs) {
      if (array.initial.kind !== 'none' || this.isFilled(array)) continue;
      throw new UserError({
        code: 'EINC0504',
        message: `\`${routine}\` reads \`${array.label}\`, which nothing in this context has computed`,
        help: [
          'run the code that computes it in the same routine, before it is read',
          `or compile the routine that computes it first, with { keep: [${array.label}] }`,
        ],
      });
    }
  }

  /** A routine of the context reads these before it writes them, and writes those. */
  noteUse(inputs: Iterable<DeviceArray>, outputs: Iterable<DeviceArray>): void {
    for (const array of inputs) this.#read.add(array);
    for (const array of outputs) this.#written.add(array);
  }

  /**
   * The arrays that carry something from run to run, by their names: what the context's routines write
   * and read later. All others are as they were at first, or are computed before they are read.
   */
  state(): readonly HeldState[] {
    const arrays = [...this.#arrays].flatMap(([array, held]) => {
      if (!this.#read.has(array) || !this.#written.has(array)) return [];
      return [{ name: this.#streamNameOf(array), dims: inMemoryOrder(array.dims), held }];
    });
    return arrays.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** How many arrays are here, not further up, and their size. */
  usage(): Omit<MemoryUsage, 'arenaBytes'> {
    const all = [...this.#arrays.values(), ...this.merges.own];
    return { arrays: all.length, bytes: all.reduce((sum, { buffer }) => sum + buffer.bytes, 0) };
  }

  [Symbol.dispose](): void {
    for (const held of this.#arrays.values()) held[Symbol.dispose]();
    this.#arrays.clear();
    this.merges[Symbol.dispose]();
  }
}
