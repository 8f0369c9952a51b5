import type { Native, NativeDeviceHandle, StreamHandle } from './addon.ts';
import { ifLoaded, loadedFrom, type NativeSource } from './late.ts';

/** Opens a native stream when it is first needed, or immediately if the native runtime is already loaded. */
export class LateStream {
  readonly #source: NativeSource;
  readonly #device: NativeDeviceHandle | undefined;
  #opened: { readonly native: Native; readonly handle: StreamHandle } | undefined;

  constructor(source: NativeSource, device: NativeDeviceHandle | undefined) {
    this.#source = source;
    this.#device = device;
    if (this.canOpen) this.open();
  }

  get canOpen(): boolean {
    return this.#opened !== undefined || ifLoaded(this.#source) !== undefined;
  }

  /** True as long as nothing was ever queued. */
  get isIdle(): boolean {
    return this.#opened === undefined;
  }

  open(): { readonly native: Native; readonly handle: StreamHandle } {
    if (this.#opened) return this.#opened;
    const [native, device] = [loadedFrom(this.#source), this.#device];
    const handle = device === undefined ? native.createStream() : native.createStream(device);
    return (this.#opened = { native, handle });
  }

  end(): void {
    this.#opened?.native.destroyStream(this.#opened.handle);
  }
}
