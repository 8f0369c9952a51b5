import { Arenas } from './arenas.ts';
import type { Backend, BackendDevice, Stream } from './backend.ts';
import type { Follower, Moment } from './held-array.ts';

/**
 * Devices of a backend whose streams may use the same arrays. While there is one stream, its order is that of the
 * calls and nobody keeps account of who uses what.
 */
export class Sharing {
  readonly backend: Backend;
  readonly #streams = new Set<DeviceStream>();
  /** From the second stream on, whatever becomes of them: arrays remember. */
  isActive = false;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** What happened before its time is done before anything of the new stream. */
  join(stream: DeviceStream): void {
    for (const other of this.#streams) stream.follow(other.moment());
    this.#streams.add(stream);
    this.isActive ||= this.#streams.size > 1;
  }

  leave(stream: DeviceStream): void {
    this.#streams.delete(stream);
  }
}

/** The only stream of a backend. */
export function streamOn(backend: Backend): DeviceStream {
  return new DeviceStream(backend.name, backend, new Sharing(backend));
}

/** Runs of routines in the order of the calls, beside those of other streams. */
export class DeviceStream implements Follower, Disposable {
  readonly name: string;
  readonly device: BackendDevice;
  readonly sharing: Sharing;
  readonly queue: Stream;
  readonly arenas: Arenas;
  #moments = 0;
  /** Of other streams, up to which moment this one comes after them. */
  readonly #followed = new Map<object, number>();
  #isOpen = true;

  constructor(name: string, device: BackendDevice, sharing: Sharing) {
    this.name = name;
    this.device = device;
    this.sharing = sharing;
    this.queue = device.openStream();
    this.arenas = new Arenas(device);
    sharing.join(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** When all is done that is queued so far. */
  moment(): Moment {
    return { stream: this, number: ++this.#moments, event: this.queue.record() };
  }

  follow({ stream, number, event }: Moment): void {
    if (stream === this || (this.#followed.get(stream) ?? 0) >= number) return;
    this.queue.waitFor(event);
    this.#followed.set(stream, number);
  }

  /** Blocks until all is done that is queued; failures of it are lost. */
  finish(): void {
    if (!this.#isOpen) return;
    try {
      this.queue.wait();
    } catch {
      // Who wanted to know has asked before.
    }
  }

  /** Waits for what is queued. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.sharing.leave(this);
    this.queue[Symbol.dispose]();
    this.arenas[Symbol.dispose]();
  }
}
