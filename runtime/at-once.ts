/** Commands of several streams that are queued by one call. */
import type { Value } from '../compiler/index.ts';
import { checkValues } from './arguments.ts';
import type { CommandList, Done, StreamCommand } from './backend.ts';
import { type Command, contextsOf, type Inputs } from './command.ts';
import type { Context } from './context.ts';
import type { Outcome, Recording } from './recording.ts';
import type { Indices, Routine } from './routine.ts';
import { type Queued, SharedUse, withWaits } from './shared-use.ts';
import { copiedBy } from './transfer.ts';

/** The requirements on an input. */
interface Input {
  readonly name: string;
  readonly label: string;
  readonly cells: number;
}

export class AtOnce implements Recording {
  readonly #list: CommandList;
  readonly #shared: SharedUse;
  readonly #contexts: readonly Context[];
  readonly #routines: readonly Routine[];
  readonly #inputs: readonly Input[];
  readonly #devices: readonly TimedDevice[];
  /** Reused by every start. */
  readonly #indices: number[];

  constructor(
    commands: readonly Command[],
    open: (queued: readonly StreamCommand[]) => CommandList,
  ) {
    this.#inputs = inputsOf(commands);
    const names = this.#inputs.map(({ name }) => name);
    const [items, others] = [commands.filter(isItem), commands.filter(c => !isItem(c))];
    const queued = [...others, ...items].flatMap(command => queuedBy(command, names));
    this.#list = open(withWaits(queued));
    this.#shared = new SharedUse(queued);
    this.#routines = commands.flatMap(c => (c.kind === 'run' ? [c.routine] : []));
    // A routine looks after its own.
    const run = new Set(commands.flatMap(c => (c.kind === 'run' ? [c.ctx] : [])));
    this.#contexts = [...new Set(commands.flatMap(contextsOf))].filter(ctx => !run.has(ctx));
    this.#devices = devicesOf(queued);
    this.#indices = this.#routines.flatMap(routine => routine.symbols.map(() => 0));
  }

  start(indices: Indices, inputs: Inputs): Promise<Outcome> {
    for (const ctx of this.#contexts) ctx.home();
    let at = 0;
    for (const routine of this.#routines) {
      for (const value of routine.valuesOf(indices)) this.#indices[at++] = value;
    }
    const given = this.#given(1, inputs);
    this.#shared.before();
    const done = this.#list.start(this.#indices, given);
    this.#shared.after();
    return done.then(this.#outcome);
  }

  loop(times: number, indices: Indices, growth: Indices, inputs: Inputs): Promise<Outcome> {
    for (const ctx of this.#contexts) ctx.home();
    const [first, by]: [number[], number[]] = [[], []];
    for (const routine of this.#routines) {
      const own = routine.valuesOfLoop(times, indices, growth);
      first.push(...own.first);
      by.push(...own.by);
    }
    const given = this.#given(times, inputs);
    this.#shared.before();
    const done = this.#list.loop(times, first, by, given);
    this.#shared.after();
    return done.then(this.#outcome);
  }

  get mostTimes(): number {
    return this.#list.mostTimes;
  }

  #given(times: number, inputs: Inputs): ArrayLike<Value>[] {
    const given: ArrayLike<Value>[] = [];
    for (const { name, label, cells } of this.#inputs) {
      const values = inputs[name] ?? [];
      checkValues(label, times * cells, values);
      given.push(values);
    }
    return given;
  }

  readonly #outcome = ({ values, milliseconds }: Done): Outcome => ({
    items: values.map(Number),
    devices: this.#devices.map(({ name, streams }) => {
      let all = 0;
      for (const stream of streams) all += milliseconds[stream] ?? 0;
      return { name, milliseconds: all };
    }),
  });

  [Symbol.dispose](): void {
    this.#list[Symbol.dispose]();
  }
}

/** A device, with the positions of its streams among the streams of the list. */
interface TimedDevice {
  readonly name: string;
  readonly streams: readonly number[];
}

function devicesOf(queued: readonly Queued[]): readonly TimedDevice[] {
  const streams = [...new Set(queued.map(({ stream }) => stream))];
  return [...new Set(streams.map(({ device }) => device.name))].map(name => ({
    name,
    streams: streams.flatMap((stream, i) => (stream.device.name === name ? [i] : [])),
  }));
}

function inputsOf(commands: readonly Command[]): readonly Input[] {
  const inputs = new Map<string, Input>();
  for (const command of commands) {
    if (command.kind !== 'write') continue;
    const { input: name, ctx, array, first, cells } = command;
    const { label } = array.deviceArray(ctx.dtype);
    const known = inputs.get(name)?.cells ?? 0;
    inputs.set(name, { name, label, cells: Math.max(known, first + cells) });
  }
  return [...inputs.values()];
}

function isItem({ kind }: Command): boolean {
  return kind === 'item';
}

/** What a command queues at each start; `inputs` gives the order of the inputs. */
function queuedBy(command: Command, inputs: readonly string[]): readonly Queued[] {
  switch (command.kind) {
    case 'run': {
      const { stream, plan, uses } = command.routine.recorded();
      return [{ stream, command: { kind: 'run', stream: stream.queue, plan }, uses }];
    }
    case 'write': {
      const { stream, memory, dtype } = command.ctx.home();
      const held = memory.arrayOf(command.array.deviceArray(dtype));
      held.fill();
      const input = inputs.indexOf(command.input);
      const fill = { kind: 'fill', to: held.buffer, input, first: command.first } as const;
      const uses = [{ held, isWritten: true }];
      return [{ stream, command: { ...fill, stream: stream.queue }, uses }];
    }
    case 'send': {
      const { dst, src, intoMergeBuffer: into = 'array' } = command.options;
      const { stream } = dst;
      const copied = copiedBy(command.array, { to: dst.home(), from: src.home(), into });
      if (!copied) return [];
      const { to, from } = copied;
      const copy = { kind: 'copy', to: to.buffer, from: from.buffer } as const;
      const uses = [
        { held: from, isWritten: false },
        { held: to, isWritten: true },
      ];
      return [{ stream, command: { ...copy, stream: stream.queue }, uses }];
    }
    case 'item': {
      const { stream, memory } = command.ctx.home();
      const held = memory.arrayFor(command.array, 'item');
      const get = { kind: 'get', stream: stream.queue, from: held.buffer } as const;
      return [{ stream, command: get, uses: [{ held, isWritten: false }] }];
    }
  }
}
