import { type DriverStream, Event } from '../driver/stream.ts';

/** Work for a stream that can be queued piece by piece. */
export interface Task {
  /** How many launches each piece counts for. */
  readonly size: number;
  /** Queues the next piece with the driver; returns whether there are more. */
  next(stream: DriverStream): boolean;
  /** Called instead of the remaining pieces, if one of this or of an earlier task failed. */
  drop?(error: unknown): void;
}

/** The driver's queue has 1024 entries, and blocks a caller that exceeds it: einc uses up to 768. */
const mostBetweenMarks = 256;
const mostMarks = 2;

/**
 * Work held back from the driver, because its queue is full and it would block the JavaScript thread
 * until there is room.
 */
export class Backlog {
  readonly #stream: DriverStream;
  readonly #tasks: Task[] = [];
  /** Positions in the stream, in order. */
  readonly #marks: Event[] = [];
  #sinceMark = 0;

  constructor(stream: DriverStream) {
    this.#stream = stream;
  }

  get isEmpty(): boolean {
    return this.#tasks.length === 0;
  }

  /** Runs the task immediately if that does not block. Throws what the task throws. */
  push(task: Task): void {
    this.#tasks.push(task);
    this.pump();
  }

  /** Submits what the driver has room for. */
  pump(): void {
    this.#give(() => this.#hasRoom());
  }

  /** Submits everything, blocking as long as necessary. */
  flush(): void {
    this.#give(() => true);
  }

  #give(canTake: () => boolean): void {
    try {
      for (let task = this.#tasks[0]; task && canTake(); task = this.#tasks[0]) {
        this.#sinceMark += task.size;
        if (!task.next(this.#stream)) this.#tasks.shift();
      }
    } catch (error) {
      // Later work was meant to run after it, not without it.
      this.#tasks.splice(0).forEach(task => task.drop?.(error));
      throw error;
    }
  }

  #hasRoom(): boolean {
    if (this.#sinceMark < mostBetweenMarks) return true;
    const free = this.#freeMark();
    if (free === undefined) return false;
    free.record(this.#stream);
    this.#marks.push(free);
    this.#sinceMark = 0;
    return true;
  }

  #freeMark(): Event | undefined {
    if (this.#marks.length < mostMarks) return new Event(this.#stream.device);
    return this.#marks[0]?.isReached() === true ? this.#marks.shift() : undefined;
  }
}
