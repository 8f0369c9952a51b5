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
  /** Its arrays are also visible here, unless this memory already had its own. */
  readonly parent?: Memory | undefined;
}

export interface MemoryUsage {
  /** The number of arrays that outlive a run, and their size. */
  readonly arrays: number;
  readonly bytes: number;
  /** The additional memory of routines for the arrays of one run. */
  readonly arenaBytes: number;
}

/** An array that belongs to the state of a training. */
export interface StateArray {
  /** Unique in the context. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly buffer: DeviceBuffer;
}

/** The same with its last uses. */
export type HeldState = Omit<StateArray, 'buffer'> & { readonly held: HeldArray };

export class Memory implements Disposable {
  readonly #device: BackendDevice;
  readonly #seed: number;
  readonly #dtype: DType;
  readonly #parent: Memory | undefined;
  readonly #arrays = new Map<DeviceArray, HeldArray>();
  /** Arrays whose earlier values routines read, and arrays that they write. */
  readonly #read = new Set<DeviceArray>();
  readonly #written = new Set<DeviceArray>();
  /** Unique names of arrays, from which their random initial values are derived. */
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

  /** The array in this memory or in a parent, if it exists. */
  find(array: DeviceArray): HeldArray | undefined {
    if (array.initial.kind === 'sent') return this.merges.find(array);
    return this.#arrays.get(array) ?? this.#parent?.find(array);
  }

  /** The array of a tensor that the host accesses. */
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

  /** The array, created with its initial values at its first use. */
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

  /** Places an array inside one of another memory, which must live longer: a numbered part, starting at cell `first`. */
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

  /** Two parameters with the same label must not have the same initial values. */
  #streamNameOf(array: DeviceArray): string {
    const known = this.#streamNames.get(array);
    if (known !== undefined) return known;
    const count = [...this.#streamNames.keys()].filter(a => a.label === array.label).length;
    const name = count === 0 ? array.label : `${array.label}#${count}`;
    this.#streamNames.set(array, name);
    return name;
  }

  /** Throws a `UserError` if a routine reads an array that nothing has computed. */
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

  /** Records that a routine reads `inputs` before it writes them, and writes `outputs`. */
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
