import {
  type AnyCells,
  bytesOf,
  deviceCells,
  type DType,
  fromDevice,
  invariant,
  toDevice,
  type Value,
} from '../../../compiler/index.ts';
import type { DeviceBuffer } from '../../../runtime/backend.ts';
import { Ownership } from '../../native/ownership.ts';
import type { DeviceMemory } from './memory.ts';

/** An array in the memory of a GPU. */
export class CudaBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly cells: number;
  readonly memory: DeviceMemory;
  readonly #address: number;
  readonly #ownership: Ownership;

  /** Throws a `BackendError` when out of memory. */
  constructor(memory: DeviceMemory, dtype: DType, cells: number) {
    invariant(Number.isSafeInteger(cells) && cells >= 0, () => `a buffer of ${cells} cells`);
    const { address, free } = memory.allocate(cells * bytesOf[dtype], `${cells} cells of ${dtype}`);
    this.dtype = dtype;
    this.cells = cells;
    this.memory = memory;
    this.#address = address;
    this.#ownership = new Ownership(this, this.#label(), free);
  }

  /** Throws after disposal. */
  get address(): number {
    this.#ownership.check();
    return this.#address;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} numbers written to ${this.#label()}`,
    );
    this.memory.write(this.address, bytesIn(toDevice(this.dtype, values)));
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

  #copy(start: number, count: number): AnyCells {
    const cells = deviceCells(this.dtype, count);
    this.memory.read(bytesIn(cells), this.address + start * bytesOf[this.dtype]);
    return fromDevice(this.dtype, cells);
  }

  /** Queued work still sees it. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }

  #label(): string {
    return `a buffer of ${this.cells} cells of ${this.dtype}`;
  }
}

function bytesIn({ buffer, byteOffset, byteLength }: AnyCells): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
