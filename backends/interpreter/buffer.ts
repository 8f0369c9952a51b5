import {
  type AnyCells,
  bytesOf,
  cellArrays,
  type DType,
  invariant,
  store,
  type Value,
} from '../../compiler/index.ts';
import type { DeviceBuffer } from '../../runtime/backend.ts';
import { Ownership } from '../native/ownership.ts';

/** A buffer on the JavaScript heap. */
export class HostBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly cells: number;
  readonly #ownership: Ownership;
  #values: AnyCells;

  constructor(dtype: DType, cells: number, values: AnyCells = new cellArrays[dtype](cells)) {
    this.dtype = dtype;
    this.cells = cells;
    this.#values = values;
    this.#ownership = new Ownership(
      this,
      `a buffer of ${cells} cells of ${dtype}`,
      () => undefined,
    );
  }

  /** The cells themselves. */
  get values(): AnyCells {
    this.#ownership.check();
    return this.#values;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} values for ${this.cells} cells`,
    );
    store(this.dtype, values, this.values);
  }

  read(): AnyCells {
    return this.values.slice();
  }

  at(cell: number): Value {
    const value = this.values[cell];
    if (value === undefined) throw new RangeError(`cell ${cell} of ${this.cells}`);
    return value;
  }

  window(first: number, cells: number): DeviceBuffer {
    return new HostBuffer(this.dtype, cells, this.values.subarray(first, first + cells));
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
    this.#values = this.#values.subarray(0, 0);
  }
}
