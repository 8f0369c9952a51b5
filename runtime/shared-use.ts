/** Determines the waits between streams when work for several of them is queued as one. */
import type { StreamCommand } from './backend.ts';
import type { DeviceStream, Sharing } from './device-stream.ts';
import { changesOfUsers, type Follower, HeldArray, type Moment } from './held-array.ts';
import type { Use } from './link.ts';

/** A command with the arrays that it uses. Commands of one stream are in order anyway. */
export interface Queued {
  readonly stream: DeviceStream;
  readonly command: Exclude<StreamCommand, { kind: 'wait' }>;
  readonly uses: readonly Use[];
}

/** Stands in for a stream while its work is only noted: it waits for commands, by their numbers. */
class NotedStream implements Follower {
  readonly waits: number[] = [];
  readonly #followed = new Map<object, number>();

  follow({ stream, number }: Moment): void {
    if (stream === this || (this.#followed.get(stream) ?? 0) >= number) return;
    this.#followed.set(stream, number);
    this.waits.push(number);
  }
}

/** The same, with the waits that arrays ask for: as if one were queued after the other. */
export function withWaits(all: readonly Queued[]): readonly StreamCommand[] {
  const commands: StreamCommand[] = [];
  const streams = new Map<DeviceStream, NotedStream>();
  const arrays = new Map<HeldArray, HeldArray>();
  const noted = (held: HeldArray): HeldArray => {
    if (held.whole) return noted(held.whole).partAt(held.part);
    const known = arrays.get(held) ?? new HeldArray(held.buffer);
    arrays.set(held, known);
    return known;
  };
  for (const { stream, command, uses } of all) {
    const own = streams.get(stream) ?? new NotedStream();
    streams.set(stream, own);
    for (const { held, isWritten } of uses) {
      if (isWritten) noted(held).beforeWrite(own);
      else noted(held).beforeRead(own);
    }
    for (const number of own.waits.splice(0)) {
      commands.push({ kind: 'wait', stream: stream.queue, for: number - 1 });
    }
    // Numbers from 1 on: no moment has number 0.
    const moment = { stream: own, number: commands.push(command), event: command };
    for (const { held, isWritten } of uses) {
      if (isWritten) noted(held).afterWrite(moment);
      else noted(held).afterRead(moment);
    }
  }
  return commands;
}

/** A moment that is updated in place, for all who refer to it. */
type End = { -readonly [Key in keyof Moment]: Moment[Key] };

/** The last uses of an array by the commands. */
interface LastUse {
  readonly held: HeldArray;
  readonly users: ReadonlySet<DeviceStream>;
  readonly writer: DeviceStream | undefined;
  /** Since it was written. */
  readonly readers: ReadonlySet<DeviceStream>;
}

/**
 * Arrays that are used by all of it, as others see them. As long as nobody else uses any, there is nothing to do
 * but to say how far the streams have come.
 */
export class SharedUse {
  readonly #arrays: readonly LastUse[];
  /** The end of the latest start on each stream. */
  readonly #ends: ReadonlyMap<DeviceStream, End>;
  readonly #sharing: Sharing | undefined;
  /** How often users had changed when it was last told to all arrays. */
  #told = -1;

  constructor(all: readonly Queued[]) {
    this.#arrays = lastUses(all);
    const streams = new Set(all.map(({ stream }) => stream));
    this.#ends = new Map([...streams].map(stream => [stream, stream.moment()]));
    this.#sharing = all[0]?.stream.sharing;
  }

  /** Has all streams wait for others that use what they will. The list itself begins when all its streams are there. */
  before(): void {
    if (!this.#isShared || this.#told === changesOfUsers()) return;
    for (const { held, users, writer } of this.#arrays) {
      for (const stream of users) {
        if (writer) held.beforeWrite(stream);
        else held.beforeRead(stream);
      }
    }
  }

  /** Has others wait for what has just been queued. */
  after(): void {
    if (!this.#isShared) return;
    for (const [stream, end] of this.#ends) {
      const { number, event } = stream.moment();
      end.number = number;
      end.event = event;
    }
    if (this.#told === changesOfUsers()) return;
    for (const { held, writer, readers } of this.#arrays) {
      const written = writer && this.#ends.get(writer);
      if (written) held.afterWrite(written);
      for (const reader of readers) {
        const read = this.#ends.get(reader);
        if (read) held.afterRead(read);
      }
    }
    this.#told = changesOfUsers();
  }

  get #isShared(): boolean {
    return this.#sharing?.isActive ?? false;
  }
}

function lastUses(all: readonly Queued[]): readonly LastUse[] {
  const arrays = new Map<HeldArray, LastUse>();
  for (const { stream, uses } of all) {
    for (const { held, isWritten } of uses) {
      const { users = [], writer, readers = [] } = arrays.get(held) ?? {};
      arrays.set(held, {
        held,
        users: new Set([...users, stream]),
        writer: isWritten ? stream : writer,
        readers: isWritten ? new Set() : new Set([...readers, stream]),
      });
    }
  }
  return [...arrays.values()];
}
