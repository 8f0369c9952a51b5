import type { DType } from '../../compiler/index.ts';
import type { BackendDevice, DeviceBuffer, Stream } from '../../runtime/backend.ts';
import { type Native, type NativeDeviceHandle } from './addon.ts';
import { NativeBuffer } from './buffer.ts';
import { Ownership } from './ownership.ts';
import { NativeStream } from './stream.ts';
import { type PoolSize } from './threads.ts';

/** Some of the cores: the threads of its streams run there, and a pool that helps with their loops. */
export class NativeDevice implements BackendDevice {
  readonly name: string;
  readonly #native: Native;
  readonly #handle: NativeDeviceHandle;
  readonly #ownership: Ownership;

  constructor(native: Native, name: string, { threads, coreOf }: PoolSize) {
    const handle = native.createDevice(threads, Int32Array.from(coreOf));
    this.name = name;
    this.#native = native;
    this.#handle = handle;
    this.#ownership = new Ownership(this, `device \`${name}\``, () => native.destroyDevice(handle));
  }

  /** Memory belongs to the process: every core can access it. */
  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new NativeBuffer(this.#native, dtype, cells);
  }

  openStream(): Stream {
    this.#ownership.check();
    return new NativeStream(this.#native, this.#handle);
  }

  /** Open streams keep running. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}
