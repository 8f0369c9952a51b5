/** Commands that are queued one after the other, call by call. */
import {
  allDone,
  type Command,
  contextsOf,
  type Inputs,
  type QueuedRun,
  queueEach,
} from './command.ts';
import { DeviceClock } from './device-clock.ts';
import type { Outcome, Recording } from './recording.ts';
import type { Indices } from './routine.ts';

/** Starts wait for the previous start to be done, since it would overwrite inputs that are still being read. */
export class OneByOne implements Recording {
  readonly #commands: readonly Command[];
  #last: Promise<unknown> | undefined;

  constructor(commands: readonly Command[]) {
    this.#commands = commands;
  }

  start(indices: Indices, inputs: Inputs): Promise<Outcome> {
    const start = (): Promise<Outcome> =>
      outcomeOf(this.#commands, () => Promise.resolve(queueEach(this.#commands, indices, inputs)));
    const own = this.#last ? this.#last.then(start, start) : start();
    this.#last = own;
    return own;
  }

  [Symbol.dispose](): void {
    // It owns nothing.
  }
}

/** Resolves when everything that `queue` queues is done. */
export async function outcomeOf(
  commands: readonly Command[],
  queue: () => Promise<readonly QueuedRun[]>,
): Promise<Outcome> {
  const clock = new DeviceClock([...new Set(commands.flatMap(contextsOf))].map(ctx => ctx.stream));
  await allDone(await queue());
  const items = commands.flatMap(c => (c.kind === 'item' ? [c.ctx.item(c.array)] : []));
  return { items, devices: clock.times() };
}
