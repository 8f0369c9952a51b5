/** An array of a context in memory, with its last uses by streams, also for parts that are used separately. */
import { invariant } from '../compiler/index.ts';
import type { DeviceBuffer, StreamEvent } from './backend.ts';

/** A point in the queue of a stream: its `number` grows from one to the next. */
export interface Moment {
  readonly stream: object;
  readonly number: number;
  readonly event: StreamEvent;
}

/** Something that waits for moments: a stream, or a placeholder for one. */
export interface Follower {
  follow(moment: Moment): void;
}

let changes = 0;

/** A counter of changes to the last uses of any array. */
export function changesOfUsers(): number {
  return changes;
}

export class HeldArray implements Disposable {
  readonly buffer: DeviceBuffer;
  /** Whether it holds values, even without initial ones, because a routine or the host writes it. */
  isFilled = false;
  /** The routine that will fill it, until it has run. */
  awaits: string | undefined;
  isGone = false;
  #write: Moment | undefined;
  /** The last read of each stream since the last write. */
  readonly #reads = new Map<object, Moment>();
  /** The array of which this is a part. */
  readonly whole: HeldArray | undefined;
  /** The number of the part. */
  readonly part: number;
  /** Parts that are used separately; they do not overlap. */
  #parts: readonly HeldArray[] = [];

  constructor(buffer: DeviceBuffer, whole?: HeldArray, part = 0) {
    this.buffer = buffer;
    this.whole = whole;
    this.part = part;
  }

  /** For uses of this part alone, which do not wait for uses of other parts. */
  partAt(part: number): HeldArray {
    return this.#parts.find(other => other.part === part) ?? this.#withPart(this.buffer, part);
  }

  /** The same as an array of its own, of `cells` cells starting at `first`. Only if devices share memory. */
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

  /** Records that the array holds values. */
  fill(): void {
    this.isFilled = true;
    this.awaits = undefined;
    if (this.whole) this.whole.awaits = undefined;
  }

  /** A read follows the last write. */
  beforeRead(reader: Follower): void {
    if (this.whole) this.whole.#followWrite(reader);
    this.#followWrite(reader);
    for (const part of this.#parts) part.#followWrite(reader);
  }

  /** A write follows the reads of the old values and the previous write. */
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

  /** Records a write that is already done, like everything before it: nobody has to wait. */
  settle(): void {
    changes++;
    this.#write = undefined;
    this.#forgetReads();
  }

  /** Clearing a map takes time even if it is empty. */
  #forgetReads(): void {
    if (this.#reads.size > 0) this.#reads.clear();
  }

  [Symbol.dispose](): void {
    this.isGone = true;
    this.buffer[Symbol.dispose]();
  }
}
