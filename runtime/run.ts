import type { Stream, StreamEvent } from './backend.ts';

/**
 * A run that is queued. Whoever awaits it waits for it and all before it on its stream; nobody has to. It
 * rejects with the failure that kept it from being done, be it of a run before it.
 */
export class Run implements PromiseLike<undefined> {
  readonly #queue: Stream;
  readonly #event: StreamEvent;

  /** Up to an event, or of what was queued last. */
  constructor(queue: Stream, event: StreamEvent = queue.record()) {
    this.#queue = queue;
    this.#event = event;
  }

  // Promises are made when somebody asks: a run nobody waits for cannot be an unhandled rejection.
  then<Done = undefined, Failed = never>(
    onDone?: ((value: undefined) => Done | PromiseLike<Done>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    const finished = this.#queue.finished(this.#event).then(() => undefined);
    return finished.then(onDone, onFailed);
  }
}
