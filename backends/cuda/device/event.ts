import { Ownership } from '../../native/ownership.ts';
import type { Waiting } from '../driver/driver.ts';
import { Event } from '../driver/stream.ts';
import type { Queue } from './queue.ts';

/** A point of a stream, which it keeps from being collected. */
export class CudaEvent {
  readonly queue: Queue;
  readonly #event: Event;
  #state: 'waiting' | 'recorded' | { readonly error: unknown } = 'waiting';

  constructor(queue: Queue) {
    const event = new Event(queue.device);
    this.queue = queue;
    this.#event = event;
    // Nobody disposes of events: they go when they are collected.
    new Ownership(this, 'an event', () => event[Symbol.dispose]());
    queue.push({
      size: 0,
      next: stream => {
        event.record(stream);
        this.#state = 'recorded';
        return false;
      },
      drop: error => (this.#state = { error }),
    });
  }

  /** Of what will never be reached, nobody needs to wait for: somebody is told. */
  holdBack(stream: Waiting): void {
    // The other stream may still be waiting for room.
    if (this.#state === 'waiting') this.queue.flush();
    if (this.#state === 'recorded') this.#event.holdBack(stream);
  }

  /** Throws when something before it failed. */
  isReached(): boolean {
    if (typeof this.#state === 'object') throw this.#state.error;
    return this.#state === 'recorded' && this.#event.isReached();
  }
}
