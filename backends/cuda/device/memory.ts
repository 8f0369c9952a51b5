import type { Device } from '../driver/device.ts';
import type { Waiting } from '../driver/driver.ts';
import { flag } from '../driver/functions.ts';
import { createStream, Event, type DriverStream } from '../driver/stream.ts';
import { outOfMemory } from '../driver/status.ts';
import { noRoom } from '../../native/memory.ts';
import { Staging } from './staging.ts';

/**
 * The arrays of one backend on its GPU. Operations on them other than kernels are queued on two
 * streams: allocations, and copies from and to the host, on one; frees on the other, where they
 * can wait for kernels without delaying the first.
 */
export class DeviceMemory {
  readonly device: Device;
  readonly #copies: DriverStream;
  readonly #releases: DriverStream;
  readonly #staging: Staging;
  readonly #copied: Event;
  #version = 0;
  #liveBytes = 0;

  constructor(device: Device) {
    this.device = device;
    keepPool(device);
    this.#copies = createStream(device);
    this.#releases = createStream(device);
    this.#copied = new Event(device);
    this.#staging = new Staging(device, this.#copies);
  }

  /** Increases whenever something is queued that kernels have to wait for. */
  get version(): number {
    return this.#version;
  }

  /** Makes a stream wait for everything queued. */
  holdBack(stream: Waiting): void {
    this.#copied.record(this.#copies);
    this.#copied.holdBack(stream);
  }

  /**
   * Zero-filled memory. `free` releases it once: when everything queued has run, without blocking. Throws a
   * `BackendError` with the requested size when out of memory.
   */
  allocate(bytes: number, what: string): { readonly address: number; readonly free: () => void } {
    const { device } = this;
    // The driver cannot allocate zero bytes.
    const size = Math.max(bytes, 1);
    const address = this.#take(size, what);
    this.#liveBytes += bytes;
    const free = device.owns(() => {
      this.#liveBytes -= bytes;
      this.#giveBack(address);
    });
    try {
      device.call('clear an array', 'cuMemsetD8Async', address, 0, size, this.#copies.handle);
    } catch (error) {
      free();
      throw error;
    }
    this.#version += 1;
    return { address, free };
  }

  /** `from` may be changed as soon as this returns. */
  write(to: number, from: Uint8Array): void {
    this.#staging.upload(to, from);
    this.#version += 1;
  }

  /** Blocks until it is done. */
  read(to: Uint8Array, from: number): void {
    this.#staging.download(to, from);
  }

  #take(size: number, what: string): number {
    const out = new BigUint64Array(1);
    let status = this.#tryToTake(out, size);
    if (status === outOfMemory) {
      // Some memory may be about to be freed.
      this.device.try('cuStreamSynchronize', this.#releases.handle);
      status = this.#tryToTake(out, size);
    }
    if (status === outOfMemory) throw noRoom(what, size, this.#liveBytes, this.#freeBytes());
    if (status === 0) return Number(out[0]);
    const { driver, properties } = this.device;
    const call = properties.hasPools ? 'cuMemAllocAsync' : 'cuMemAlloc_v2';
    throw driver.failure(`allocate ${what}`, call, status);
  }

  #tryToTake(out: BigUint64Array, size: number): number {
    const { device } = this;
    if (!device.properties.hasPools) return device.try('cuMemAlloc_v2', out, size);
    return device.try('cuMemAllocAsync', out, size, this.#copies.handle);
  }

  #giveBack(address: number): void {
    const { device } = this;
    try {
      for (const busy of device.driver.busy) busy.holdBack(this.#releases);
      this.holdBack(this.#releases);
    } catch {
      // After a failed kernel the driver refuses; it frees everything when the process ends.
      return;
    }
    if (device.properties.hasPools) {
      device.try('cuMemFreeAsync', address, this.#releases.handle);
      return;
    }
    device.try('cuStreamSynchronize', this.#releases.handle);
    device.try('cuMemFree_v2', address);
  }

  #freeBytes(): number {
    const free = new BigUint64Array(1);
    const status = this.device.try('cuMemGetInfo_v2', free, new BigUint64Array(1));
    return status === 0 ? Number(free[0]) : 0;
  }
}

/** Freed memory stays in the process's pool, so that it need not be requested again. */
function keepPool(device: Device): void {
  const pool = device.pool();
  if (pool === undefined) return;
  const all = BigUint64Array.of(2n ** 64n - 1n);
  const what = 'set up the memory of the GPU';
  device.call(what, 'cuMemPoolSetAttribute', pool, flag.releaseThreshold, all);
  device.owns(() => device.try('cuMemPoolTrimTo', pool, 0));
}
