import { bytesOf, type DType } from '../../compiler/core/dtype.ts';
import { BackendError, invariant } from '../../compiler/index.ts';
import { type DeviceBuffer, type HostNumbers } from '../../runtime/backend.ts';
import { type BufferHandle, type Native } from './addon.ts';
import { checkRoom, noRoom } from './memory.ts';
import { Ownership } from './ownership.ts';

/** How the cells of a dtype look from JavaScript. */
const hostArray = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

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

  write(values: ArrayLike<number>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} numbers written to ${this.#label()}`,
    );
    this.#native.write(this.handle, 0, asCells(this.dtype, values));
  }

  read(): HostNumbers {
    const values = new hostArray[this.dtype](this.cells);
    this.#native.read(this.handle, 0, values);
    return values;
  }

  at(cell: number): number {
    if (!(Number.isInteger(cell) && cell >= 0 && cell < this.cells)) {
      throw new RangeError(`cell ${cell} of ${this.cells}`);
    }
    const value = new hostArray[this.dtype](1);
    this.#native.read(this.handle, cell * bytesOf[this.dtype], value);
    return value[0] ?? NaN;
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

/** Stores as the dtype does; an array of the right kind is taken as it is. */
function asCells(dtype: DType, values: ArrayLike<number>): HostNumbers {
  // C may not see a bool that is neither 0 nor 1.
  if (dtype === 'bool') return Uint8Array.from(values, value => (value === 0 ? 0 : 1));
  const array = hostArray[dtype];
  return values instanceof array ? values : array.from(values);
}
