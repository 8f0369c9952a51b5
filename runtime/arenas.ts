import type { BackendDevice, DeviceBuffer } from './backend.ts';

/**
 * Memory for what routines need while they run. All routines of a stream have the same: they run one after
 * the other. One that needs more than any before gets more, and so do those that come later.
 */
export class Arenas implements Disposable {
  readonly #device: BackendDevice;
  /** The largest last. */
  readonly #arenas: DeviceBuffer[] = [];

  constructor(device: BackendDevice) {
    this.#device = device;
  }

  get bytes(): number {
    return this.#arenas.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The newest arena if it has at least `bytes`, else a new one; undefined for 0 bytes. */
  of(bytes: number): DeviceBuffer | undefined {
    if (bytes === 0) return undefined;
    const last = this.#arenas.at(-1);
    if (last && last.bytes >= bytes) return last;
    const arena = this.#device.allocate('u8', bytes);
    this.#arenas.push(arena);
    return arena;
  }

  [Symbol.dispose](): void {
    for (const arena of this.#arenas) arena[Symbol.dispose]();
    this.#arenas.length = 0;
  }
}
