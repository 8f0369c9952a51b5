/** Commands that are queued one after the other, call by call. */
import {
  allDone,
  type Command,
  contextsOf,
  type Inputs,
  pieceOf,
  type QueuedRun,
  queueEach,
} from './command.ts';
import { DeviceClock, sumOfTimes } from './device-clock.ts';
import type { Outcome, Recording } from './recording.ts';
import { grown, type Indices } from './routine.ts';

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

  async loop(times: number, indices: Indices, growth: Indices, inputs: Inputs): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    for (let time = 0; time < times; time++) {
      const pieces = pieceOf(inputs, time, times);
      outcomes.push(await this.start(grown(indices, growth, time), pieces));
    }
    return {
      items: outcomes.flatMap(({ items }) => items),
      devices: sumOfTimes(outcomes.map(({ devices }) => devices)),
    };
  }

  get mostTimes(): number {
    return Infinity;
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
