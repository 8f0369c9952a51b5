/** The driver's streams and events, without anything specific to their use. */
import type { Device } from './device.ts';
import { resultOf, type Waiting } from './driver.ts';
import { flag } from './functions.ts';
import { notReady } from './status.ts';

export interface DriverStream extends Waiting {
  readonly device: Device;
  readonly handle: number;
  /** Waits for queued work. */
  readonly release: () => void;
}

export function createStream(device: Device): DriverStream {
  const handle = resultOf(out =>
    device.call('make a stream', 'cuStreamCreate', out, flag.nonBlocking),
  );
  const release = device.owns(() => {
    device.try('cuStreamSynchronize', handle);
    device.try('cuStreamDestroy_v2', handle);
  });
  const what = 'have a stream wait for another';
  const waitFor = (event: number): void => device.call(what, 'cuStreamWaitEvent', handle, event, 0);
  return { device, handle, release, waitFor };
}

/**
 * A position in a stream, for others to wait for: that of the last `record`; before the first one there is none. A
 * timed event records when it was reached.
 */
export class Event implements Disposable {
  readonly #device: Device;
  readonly #handle: number;
  readonly #release: () => void;

  constructor(device: Device, { isTimed = false } = {}) {
    const kind = isTimed ? flag.withTiming : flag.withoutTiming;
    const handle = resultOf(out => device.call('make an event', 'cuEventCreate', out, kind));
    this.#device = device;
    this.#handle = handle;
    this.#release = device.owns(() => device.try('cuEventDestroy_v2', handle));
  }

  /** The stream must be on the same GPU. */
  record({ handle }: DriverStream): void {
    this.#device.call('mark a point of a stream', 'cuEventRecord', this.#handle, handle);
  }

  /** The stream waits, on whichever GPU it is; the caller does not. */
  holdBack(stream: Waiting): void {
    stream.waitFor(this.#handle);
  }

  /** Throws if something before that position failed. */
  isReached(): boolean {
    const status = this.#device.try('cuEventQuery', this.#handle);
    if (status === 0 || status === notReady) return status === 0;
    throw this.#device.driver.failure('look how far a stream is', 'cuEventQuery', status);
  }

  /** Blocks until then. */
  wait(): void {
    this.#device.call('wait for a stream', 'cuEventSynchronize', this.#handle);
  }

  /** By the GPU's clock. Both events must be timed, on one GPU, and reached. */
  secondsSince(earlier: Event): number {
    const milliseconds = new Float32Array(1);
    const handles = [earlier.#handle, this.#handle] as const;
    this.#device.call('time a stream', 'cuEventElapsedTime', milliseconds, ...handles);
    return (milliseconds[0] ?? NaN) / 1000;
  }

  /** Streams that wait for it are not affected. */
  [Symbol.dispose](): void {
    this.#release();
  }
}
