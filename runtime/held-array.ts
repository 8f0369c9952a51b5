/** An array of a context in memory, and which streams have used it last; of parts of it, if some use no more. */
import { invariant } from '../compiler/index.ts';
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
  /** What this is a part of. */
  readonly whole: HeldArray | undefined;
  /** Which of its parts. */
  readonly part: number;
  /** Those that are used apart; no two of them have a cell in common. */
  #parts: readonly HeldArray[] = [];

  constructor(buffer: DeviceBuffer, whole?: HeldArray, part = 0) {
    this.buffer = buffer;
    this.whole = whole;
    this.part = part;
  }

  /** For those who use these cells alone: they wait for nobody who uses those of another part. */
  partAt(part: number): HeldArray {
    return this.#parts.find(other => other.part === part) ?? this.#withPart(this.buffer, part);
  }

  /** The same as an array of its own: so many cells from the first one on. Only where devices share memory. */
  windowAt(part: number, first: number, cells: number): HeldArray {
    const window = this.buffer.window?.(first, cells);
    invariant(window !== undefined, () => 'a window of memory that is not shared');
    return this.#withPart(window, part);
  }

  #withPart(buffer: DeviceBuffer, part: number): HeldArray {
    const made = new HeldArray(buffer, this, part);
    this.#parts = [...this.#parts, made];
    return made;
  }

  /** A read sees what was written before. */
  beforeRead(reader: Follower): void {
    if (this.whole) this.whole.#followWrite(reader);
    this.#followWrite(reader);
    for (const part of this.#parts) part.#followWrite(reader);
  }

  /** A write comes after the reads of what it replaces, and after the write before it. */
  beforeWrite(writer: Follower): void {
    if (this.whole) this.whole.#followAll(writer);
    this.#followAll(writer);
    for (const part of this.#parts) part.#followAll(writer);
  }

  #followWrite(follower: Follower): void {
    if (this.#write) follower.follow(this.#write);
  }

  #followAll(follower: Follower): void {
    this.#followWrite(follower);
    for (const read of this.#reads.values()) follower.follow(read);
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
