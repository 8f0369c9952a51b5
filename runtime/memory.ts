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
import type { Backend, DeviceBuffer } from './backend.ts';
import { initialValues } from './initial.ts';

export interface MemoryOptions {
  readonly seed: number;
  readonly dtype: DType;
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

export class Memory implements Disposable {
  readonly #backend: Backend;
  readonly #seed: number;
  readonly #dtype: DType;
  readonly #buffers = new Map<DeviceArray, DeviceBuffer>();
  /** For what routines need while they run, the largest last. */
  readonly #arenas: DeviceBuffer[] = [];
  /** Arrays without initial values that hold something all the same: what routines or the host write. */
  readonly #filled = new Set<DeviceArray>();
  /** What routines read of what was there before, and what they write. */
  readonly #read = new Set<DeviceArray>();
  readonly #written = new Set<DeviceArray>();
  /** Names that tell initial values apart, by the arrays that have them. */
  readonly #streamNames = new Map<DeviceArray, string>();

  constructor(backend: Backend, { seed, dtype }: MemoryOptions) {
    this.#backend = backend;
    this.#seed = seed;
    this.#dtype = dtype;
  }

  isFilled(array: DeviceArray): boolean {
    return this.#filled.has(array);
  }

  /** From now on the array holds something, whatever its initial values are. */
  markFilled(array: DeviceArray): void {
    this.#filled.add(array);
  }

  /** The buffer of a tensor that the host asks for. */
  bufferFor(handle: ArrayHandle, call: string): DeviceBuffer {
    const array = handleOf(handle, call).deviceArray(this.#dtype);
    const { kind } = array.initial;
    if (kind === 'sent' && !this.#filled.has(array)) {
      throw nothingSent(`\`${array.label}\` is read`, array);
    }
    const buffer = this.#buffers.get(array);
    if (buffer) return buffer;
    if (kind !== 'none' && kind !== 'computed' && kind !== 'sum') return this.bufferOf(array);
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
  bufferOf(array: DeviceArray): DeviceBuffer {
    const known = this.#buffers.get(array);
    if (known) return known;
    const buffer = this.#backend.allocate(array.dtype, product(inMemoryOrder(array.dims)));
    const { initial, dtype } = array;
    const like = initial.kind === 'same' ? initial.as.deviceArray(dtype) : array;
    const values = initialValues(like, buffer.cells, this.#seed, this.#streamNameOf(like));
    if (values) buffer.write(values);
    this.#buffers.set(array, buffer);
    return buffer;
  }

  /**
   * Memory for the scratch arrays of a routine. All routines of a context have the same: they run one
   * after the other. One that needs more than any before gets more, and so do those that come later.
   */
  arenaOf(bytes: number): DeviceBuffer | undefined {
    if (bytes === 0) return undefined;
    const last = this.#arenas.at(-1);
    if (last && last.bytes >= bytes) return last;
    const arena = this.#backend.allocate('u8', bytes);
    this.#arenas.push(arena);
    return arena;
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
      if (array.initial.kind !== 'none' || this.#filled.has(array)) continue;
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
  state(): readonly StateArray[] {
    const arrays = [...this.#buffers].flatMap(([array, buffer]) => {
      if (!this.#read.has(array) || !this.#written.has(array)) return [];
      return [{ name: this.#streamNameOf(array), dims: inMemoryOrder(array.dims), buffer }];
    });
    return arrays.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  usage(): MemoryUsage {
    const arrays = [...this.#buffers.values()];
    return { arrays: arrays.length, bytes: bytesIn(arrays), arenaBytes: bytesIn(this.#arenas) };
  }

  [Symbol.dispose](): void {
    for (const buffer of [...this.#buffers.values(), ...this.#arenas]) buffer[Symbol.dispose]();
    this.#buffers.clear();
    this.#arenas.length = 0;
  }
}

function bytesIn(buffers: readonly DeviceBuffer[]): number {
  return buffers.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function nothingSent(what: string, { label }: DeviceArray): UserError {
  return new UserError({
    code: 'EINC0227',
    message: `${what}, and nothing has been sent there`,
    help: [`another device sends it, or the host: ctx.write(${label}, values)`],
  });
}
