import type { DType } from '../../../compiler/index.ts';
import type { DeviceBuffer } from '../../../runtime/backend.ts';
import { Device } from '../driver/device.ts';
import type { Driver } from '../driver/driver.ts';
import { CudaBuffer } from './buffer.ts';
import { DeviceMemory } from './memory.ts';
import { CudaStream } from './stream.ts';

/** A GPU, as the runtime sees it. Several may be the same GPU: they share its time, but no arrays. */
export class CudaDevice implements Disposable {
  readonly name: string;
  readonly device: Device;
  readonly #memory: DeviceMemory;

  /** Throws a `BackendError` for a GPU that does not exist. */
  constructor(driver: Driver, name: string, ordinal: number) {
    this.name = name;
    this.device = new Device(driver, ordinal);
    try {
      this.#memory = new DeviceMemory(this.device);
    } catch (error) {
      this.device[Symbol.dispose]();
      throw error;
    }
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new CudaBuffer(this.#memory, dtype, cells);
  }

  openStream(): CudaStream {
    return new CudaStream(this.device);
  }

  /** Waits for queued work, and releases everything created here. */
  [Symbol.dispose](): void {
    this.device[Symbol.dispose]();
  }
}
