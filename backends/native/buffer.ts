import { bytesOf, type DType } from '../../compiler/core/dtype.ts';
import {
  type AnyCells,
  fromDevice,
  invariant,
  toDevice,
  type Value,
} from '../../compiler/index.ts';
import { type DeviceBuffer } from '../../runtime/backend.ts';
import { type BufferHandle } from './addon.ts';
import { BufferMemory } from './buffer-memory.ts';
import { type NativeSource } from './late.ts';
import { Ownership } from './ownership.ts';

/** Memory of this process, for kernels. */
export class NativeBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly cells: number;
  readonly #source: NativeSource;
  readonly #memory: BufferMemory;
  readonly #ownership: Ownership;

  /** Throws a `BackendError` when out of memory. */
  constructor(source: NativeSource, dtype: DType, cells: number, known?: BufferMemory) {
    invariant(Number.isSafeInteger(cells) && cells >= 0, () => `a buffer of ${cells} cells`);
    const memory = known ?? new BufferMemory(source, dtype, cells);
    this.#source = source;
    this.dtype = dtype;
    this.cells = cells;
    this.#memory = memory;
    this.#ownership = new Ownership(this, this.#label(), () => memory.free());
  }

  /** For plans. Throws after disposal. */
  get handle(): BufferHandle {
    this.#ownership.check();
    return this.#memory.allocated().handle;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} numbers written to ${this.#label()}`,
    );
    this.#ownership.check();
    this.#memory.write(toDevice(this.dtype, values));
  }

  read(): AnyCells {
    return this.#copy(0, this.cells);
  }

  at(cell: number): Value {
    if (!(Number.isInteger(cell) && cell >= 0 && cell < this.cells)) {
      throw new RangeError(`cell ${cell} of ${this.cells}`);
    }
    return this.#copy(cell, 1)[0] ?? NaN;
  }

  window(first: number, cells: number): DeviceBuffer {
    this.#ownership.check();
    const memory = this.#memory.window(first, cells);
    return new NativeBuffer(this.#source, this.dtype, cells, memory);
  }

  #copy(start: number, count: number): AnyCells {
    this.#ownership.check();
    return fromDevice(this.dtype, this.#memory.read(start, count));
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }

  #label(): string {
    return `a buffer of ${this.cells} cells of ${this.dtype}`;
  }
}
