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

/** A start after the one before it is done: what it finds would not be there any more. */
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
    // Nothing is kept.
  }
}

/** When all is done that has been queued in the meantime. */
export async function outcomeOf(
  commands: readonly Command[],
  queue: () => Promise<readonly QueuedRun[]>,
): Promise<Outcome> {
  const clock = new DeviceClock([...new Set(commands.flatMap(contextsOf))].map(ctx => ctx.stream));
  await allDone(await queue());
  const items = commands.flatMap(c => (c.kind === 'item' ? [c.ctx.item(c.array)] : []));
  return { items, devices: clock.times() };
}
