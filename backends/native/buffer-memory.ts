/** Where the cells of a buffer are: in native memory or, until the native runtime is loaded, in JavaScript. */
import { bytesOf, type DType } from '../../compiler/core/dtype.ts';
import { type AnyCells, BackendError, deviceCells } from '../../compiler/index.ts';
import type { BufferHandle, Native } from './addon.ts';
import { ifLoaded, loadedFrom, type NativeSource } from './late.ts';
import { checkRoom, noRoom } from './memory.ts';

interface Allocated {
  readonly native: Native;
  readonly handle: BufferHandle;
}

export class BufferMemory {
  readonly #source: NativeSource;
  readonly #dtype: DType;
  readonly #cells: number;
  #memory: Allocated | undefined;
  /** Before native memory is available; all zeros until it is written to. */
  #early: AnyCells | undefined;

  constructor(source: NativeSource, dtype: DType, cells: number, known?: Allocated) {
    this.#source = source;
    this.#dtype = dtype;
    this.#cells = cells;
    this.#memory = known;
    if (ifLoaded(source)) this.allocated();
    else checkRoom(cells * bytesOf[dtype], 0, `${cells} cells of ${dtype}`);
  }

  /** A window of it, which moves it to native memory. */
  window(first: number, cells: number): BufferMemory {
    const { native, handle } = this.allocated();
    const size = bytesOf[this.#dtype];
    const window = { native, handle: native.window(handle, first * size, cells * size) };
    return new BufferMemory(this.#source, this.#dtype, cells, window);
  }

  allocated(): Allocated {
    if (this.#memory) return this.#memory;
    const native = loadedFrom(this.#source);
    const handle = allocate(native, this.#dtype, this.#cells);
    if (this.#early) native.write(handle, 0, this.#early);
    this.#early = undefined;
    return (this.#memory = { native, handle });
  }

  write(cells: AnyCells): void {
    if (!this.#isNative()) {
      this.#early = cells.slice();
      return;
    }
    const { native, handle } = this.allocated();
    native.write(handle, 0, cells);
  }

  read(start: number, count: number): AnyCells {
    const cells = deviceCells(this.#dtype, count);
    if (!this.#isNative()) return this.#early?.slice(start, start + count) ?? cells;
    const { native, handle } = this.allocated();
    native.read(handle, start * bytesOf[this.#dtype], cells);
    return cells;
  }

  free(): void {
    this.#early = undefined;
    this.#memory?.native.free(this.#memory.handle);
  }

  #isNative(): boolean {
    return this.#memory !== undefined || ifLoaded(this.#source) !== undefined;
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
