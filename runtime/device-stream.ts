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
  /** Set when a second stream is opened, and never reset, because arrays remember their streams. */
  isActive = false;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Adds a stream, whose work starts after everything queued so far on the others. */
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
  /** For each other stream, the moment that this stream has already waited for. */
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

  /** The moment at which everything queued so far is done. */
  moment(): Moment {
    return { stream: this, number: ++this.#moments, event: this.queue.record() };
  }

  follow({ stream, number, event }: Moment): void {
    if (stream === this || (this.#followed.get(stream) ?? 0) >= number) return;
    this.queue.waitFor(event);
    this.#followed.set(stream, number);
  }

  /** Blocks until everything queued is done; ignores failures. */
  finish(): void {
    if (!this.#isOpen) return;
    try {
      this.queue.wait();
    } catch {
      // Callers that are interested in the failure have waited before.
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
