import type { Stream, StreamEvent } from './backend.ts';

/**
 * A queued run. Awaiting it waits for it and for everything before it on its stream; this is optional. It
 * rejects with the failure that prevented it, which may be that of an earlier run.
 */
export class Run implements PromiseLike<undefined> {
  readonly #queue: Stream;
  readonly #event: StreamEvent;

  /** Waits for an event; by default for what was queued last. */
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
