/** An array of a context in memory, and which streams have used it last. */
import type { DeviceBuffer, StreamEvent } from './backend.ts';

/** A point in the queue of a stream: its `number` grows from one to the next. */
export interface Moment {
  readonly stream: object;
  readonly number: number;
  readonly event: StreamEvent;
}

/** What has to wait for moments: a stream, or whoever stands in for one. */
export interface Follower {
  follow(moment: Moment): void;
}

let changes = 0;

/** How often the users of any array have changed. */
export function changesOfUsers(): number {
  return changes;
}

export class HeldArray implements Disposable {
  readonly buffer: DeviceBuffer;
  /** Whether it holds something, whatever its initial values are: a routine or the host writes it. */
  isFilled = false;
  isGone = false;
  #write: Moment | undefined;
  /** Since then, the last of each stream. */
  readonly #reads = new Map<object, Moment>();

  constructor(buffer: DeviceBuffer) {
    this.buffer = buffer;
  }

  /** A read sees what was written before. */
  beforeRead(reader: Follower): void {
    if (this.#write) reader.follow(this.#write);
  }

  /** A write comes after the reads of what it replaces, and after the write before it. */
  beforeWrite(writer: Follower): void {
    if (this.#write) writer.follow(this.#write);
    for (const read of this.#reads.values()) writer.follow(read);
  }

  afterRead(moment: Moment): void {
    changes++;
    this.#reads.set(moment.stream, moment);
  }

  afterWrite(moment: Moment): void {
    changes++;
    this.#write = moment;
    this.#forgetReads();
  }

  /** Of a write that is done already, as all before it is: nobody has to wait. */
  settle(): void {
    changes++;
    this.#write = undefined;
    this.#forgetReads();
  }

  /** To clear a map takes a while, also when nothing is there. */
  #forgetReads(): void {
    if (this.#reads.size > 0) this.#reads.clear();
  }

  [Symbol.dispose](): void {
    this.isGone = true;
    this.buffer[Symbol.dispose]();
  }
}
