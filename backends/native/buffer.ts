import { bytesOf, type DType } from '../../compiler/core/dtype.ts';
import {
  BackendError,
  type AnyCells,
  deviceCells,
  fromDevice,
  invariant,
  toDevice,
  type Value,
} from '../../compiler/index.ts';
import { type DeviceBuffer } from '../../runtime/backend.ts';
import { type BufferHandle, type Native } from './addon.ts';
import { checkRoom, noRoom } from './memory.ts';
import { Ownership } from './ownership.ts';

/** Memory of this process, for kernels. */
export class NativeBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly cells: number;
  readonly #native: Native;
  readonly #handle: BufferHandle;
  readonly #ownership: Ownership;

  /** Throws a `BackendError` when there is no room. */
  constructor(native: Native, dtype: DType, cells: number) {
    invariant(Number.isSafeInteger(cells) && cells >= 0, () => `a buffer of ${cells} cells`);
    const handle = allocate(native, dtype, cells);
    this.dtype = dtype;
    this.cells = cells;
    this.#native = native;
    this.#handle = handle;
    this.#ownership = new Ownership(this, this.#label(), () => native.free(handle));
  }

  /** For plans. Throws once the buffer is disposed of. */
  get handle(): BufferHandle {
    this.#ownership.check();
    return this.#handle;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} numbers written to ${this.#label()}`,
    );
    this.#native.write(this.handle, 0, toDevice(this.dtype, values));
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
    this.#native.read(this.handle, start * bytesOf[this.dtype], cells);
    return fromDevice(this.dtype, cells);
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }

  #label(): string {
    return `a buffer of ${this.cells} cells of ${this.dtype}`;
  }
}

function allocate(native: Native, dtype: DType, cells: number): BufferHandle {
  const bytes = cells * bytesOf[dtype];
  const what = `${cells} cells of ${dtype}`;
  checkRoom(bytes, native.liveBytes(), what);
  try {
    return native.allocate(bytes);
  } catch (cause) {
    if (!(cause instanceof Error && 'bytesAsked' in cause)) throw cause;
    const { diagnostic } = noRoom(what, bytes, native.liveBytes());
    throw new BackendError(diagnostic, { cause });
  }
}
