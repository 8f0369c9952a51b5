import { Ownership } from '../../native/ownership.ts';
import type { Waiting } from '../driver/driver.ts';
import { Event } from '../driver/stream.ts';
import type { Queue } from './queue.ts';

/** A position in a stream, which it keeps from being garbage-collected. */
export class CudaEvent {
  readonly queue: Queue;
  readonly #event: Event;
  #state: 'waiting' | 'recorded' | { readonly error: unknown } = 'waiting';

  constructor(queue: Queue) {
    const event = new Event(queue.device);
    this.queue = queue;
    this.#event = event;
    // Events are not disposed of explicitly: they are released by garbage collection.
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

  /** An event that will never be reached need not be waited for: its failure is reported elsewhere. */
  holdBack(stream: Waiting): void {
    // The other stream may still be held back.
    if (this.#state === 'waiting') this.queue.flush();
    if (this.#state === 'recorded') this.#event.holdBack(stream);
  }

  /** Throws if something before it failed. */
  isReached(): boolean {
    if (typeof this.#state === 'object') throw this.#state.error;
    return this.#state === 'recorded' && this.#event.isReached();
  }
}
