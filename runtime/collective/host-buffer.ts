import {
  type AnyCells,
  bytesOf,
  type DType,
  invariant,
  type MutableCells,
  roundTo,
  type Value,
} from '../../compiler/index.ts';
import type { DeviceBuffer } from '../backend.ts';

/** An array of JavaScript as a buffer, so that collectives take it. Nothing is copied. */
export class HostBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly #values: AnyCells;

  /** `values` of narrow floats are f32, as returned by `DeviceBuffer.read`. */
  constructor(dtype: DType, values: AnyCells) {
    this.dtype = dtype;
    this.#values = values;
  }

  get cells(): number {
    return this.#values.length;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(values.length === this.cells, () => `${values.length} values for ${this.cells}`);
    const own = this.#values;
    if (this.dtype === 'f32' && own instanceof Float32Array && values instanceof Float32Array) {
      own.set(values); // what gradients are needs no rounding, which takes many times as long
      return;
    }
    const to: MutableCells = own;
    for (let i = 0; i < values.length; i++) to[i] = roundTo(this.dtype, values[i] ?? NaN);
  }

  read(): AnyCells {
    return this.#values.slice();
  }

  at(cell: number): Value {
    const value = this.#values[cell];
    if (value === undefined) throw new RangeError(`cell ${cell} of ${this.cells}`);
    return value;
  }

  [Symbol.dispose](): void {
    // The array is its owner's.
  }
}
