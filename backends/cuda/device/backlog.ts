import { type DriverStream, Event } from '../driver/stream.ts';

/** What a stream is to do, some of it at a time. */
export interface Task {
  /** For how many launches each turn counts. */
  readonly size: number;
  /** Queues the next turn with the driver; whether there are more. */
  next(stream: DriverStream): boolean;
  /** Called instead of what turns are left, when one of this or of an earlier task failed. */
  drop?(error: unknown): void;
}

/** The driver's queue has 1024 places, and who puts more into it waits: it gets up to 768. */
const mostBetweenMarks = 256;
const mostMarks = 2;

/**
 * What the driver has not been given yet, because its queue is full and it would hold the thread of
 * JavaScript until there is room.
 */
export class Backlog {
  readonly #stream: DriverStream;
  readonly #tasks: Task[] = [];
  /** Points of the stream, the first first. */
  readonly #marks: Event[] = [];
  #sinceMark = 0;

  constructor(stream: DriverStream) {
    this.#stream = stream;
  }

  get isEmpty(): boolean {
    return this.#tasks.length === 0;
  }

  /** Done at once where that takes no waiting. Throws what the task throws. */
  push(task: Task): void {
    this.#tasks.push(task);
    this.pump();
  }

  /** Gives the driver what it has room for. */
  pump(): void {
    this.#give(() => this.#hasRoom());
  }

  /** Gives it everything, however long that takes. */
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
      // What is behind it was to run after it, not without it.
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
