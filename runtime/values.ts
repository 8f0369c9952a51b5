/** Moves values of a context's arrays to and from the host. */
import {
  type ArrayHandle,
  type DType,
  inMemoryOrder,
  product,
  type Value,
} from '../compiler/index.ts';
import { checkCell, checkValues, handleOf, wrong } from './arguments.ts';
import type { DeviceStream } from './device-stream.ts';
import type { HeldArray } from './held-array.ts';
import { HostArray } from './host-array.ts';
import type { Memory } from './memory.ts';

/** The memory of arrays, the stream that uses them, and the dtype of those without their own. */
export interface Home {
  readonly memory: Memory;
  readonly stream: DeviceStream;
  readonly dtype: DType;
}

export class Values {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  /** An array whose last write, by any stream, is ordered before what this stream does next. */
  toRead(handle: ArrayHandle, call: string): HeldArray {
    const { memory, stream } = this.#home;
    const held = memory.arrayFor(handle, call);
    const { label, initial } = handle.deviceArray(this.#home.dtype);
    if (held.awaits !== undefined && initial.kind === 'none') {
      const message = `\`${label}\` is read before anything has computed it`;
      throw wrong('EINC0505', message, `run \`${held.awaits}\` first`);
    }
    if (stream.sharing.isActive) held.beforeRead(stream);
    return held;
  }

  copy(handle: ArrayHandle, { buffer }: HeldArray): HostArray {
    const { dtype, dims } = handle.deviceArray(this.#home.dtype);
    return new HostArray(buffer.read(), dtype, dims);
  }

  /** Blocks until the values are computed, as all methods here do. */
  read(handle: ArrayHandle, call: string): HostArray {
    const held = this.toRead(handle, call);
    this.#home.stream.queue.wait();
    return this.copy(handle, held);
  }

  /** The value of a cell; 64-bit integers are rounded to the nearest double. */
  cell(handle: ArrayHandle, call: string, cell: number): number {
    const { stream, dtype } = this.#home;
    const { buffer } = this.toRead(handle, call);
    if (cell !== 0 || buffer.cells === 0)
      checkCell(handle.deviceArray(dtype).label, buffer.cells, cell);
    stream.queue.wait();
    return Number(buffer.at(cell));
  }

  /** Writes when nothing queued uses the old values any more. */
  write(handle: ArrayHandle, call: string, values: ArrayLike<Value>): void {
    const { memory, stream, dtype } = this.#home;
    const array = handleOf(handle, call).deviceArray(dtype);
    checkValues(array.label, product(inMemoryOrder(array.dims)), values);
    const isMerge = array.initial.kind === 'sent';
    const held = isMerge ? memory.merges.copyOf(array) : memory.arrayOf(array);
    if (stream.sharing.isActive) held.beforeWrite(stream);
    stream.queue.wait();
    held.buffer.write(values);
    held.fill();
    held.settle();
  }
}
