/** A pass over examples, batch by batch, whose steps are queued several at a time. */
import type { Span, Value } from '../../compiler/index.ts';
import {
  checkOptions,
  cut,
  type DeviceTime,
  grown,
  type Indices,
  sumOfTimes,
} from '../../runtime/index.ts';
import { isRecord, optionsGiven, wrong } from '../arguments.ts';
import { describe } from '../elaborate/hole.ts';
import type { Step, StepResult } from './shard-steps.ts';

export interface EpochOptions {
  /** The values of the static symbols in losses and updates, for the first step. */
  readonly indices?: Indices;
  /** By how much they grow from step to step; those not named stay as they are. */
  readonly advance?: Indices;
  /** Called several times a second with the number of steps done so far and the result of the last one. */
  readonly progress?: (done: number, last: StepResult) => void;
}

export interface EpochResult {
  /** The mean loss of each batch. */
  readonly losses: readonly number[];
  /** How long each device was busy in all steps. */
  readonly devices: readonly DeviceTime[];
}

/** Examples by the names of their arrays, flat. */
export type Batch<Name extends string> = Readonly<Record<Name, ArrayLike<Value>>>;

/** What an epoch needs of a trainer. */
export interface StepsOf<Name extends string> {
  /** How many numbers an example has, by the names of the arrays. */
  readonly cells: ReadonlyMap<Name, number>;
  /** How many examples a step takes. */
  readonly batch: number;
  /** How many steps can be queued at once. */
  readonly mostAtOnce: number;
  /** Takes so many steps, of equally many of the examples each. */
  take(
    steps: number,
    examples: Batch<Name>,
    indices: Indices,
    advance: Indices,
  ): Promise<EpochResult>;
}

/** For how long steps are queued: long beside a turn of the event loop, and short for someone who watches. */
const queuedMilliseconds = 100;

/** The steps for `count` examples; the last one may have fewer than a batch. */
export async function epoch<Name extends string>(
  steps: StepsOf<Name>,
  examples: Batch<Name>,
  count: number,
  { indices = {}, advance = {}, progress }: EpochOptions,
): Promise<EpochResult> {
  const losses: number[] = [];
  const times: (readonly DeviceTime[])[] = [];
  let [first, next] = [0, 1];
  while (first < count) {
    const whole = Math.floor((count - first) / steps.batch);
    const taken = Math.max(1, Math.min(next, whole));
    const end = Math.min(count, first + taken * steps.batch);
    const before = performance.now();
    const piece = pieceOf(steps.cells, examples, first, end);
    const result = await steps.take(taken, piece, grown(indices, advance, losses.length), advance);
    const each = (performance.now() - before) / taken;
    next = Math.max(1, Math.min(steps.mostAtOnce, Math.round(queuedMilliseconds / each)));
    losses.push(...result.losses);
    times.push(result.devices);
    progress?.(losses.length, lastOf(result));
    first = end;
  }
  return { losses, devices: sumOfTimes(times) };
}

const names = ['indices', 'advance', 'progress'];
const example = '{ indices: { step: 0 }, advance: { step: 1 } }';

/** Checks for callers in JavaScript, who have no types. */
export function checkEpochOptions(options: unknown, span: Span): void {
  const { progress, ...values } = optionsGiven('EINC0530', 'epoch', options, {
    names,
    example,
    span,
  });
  const check = (name: string, value: unknown, wanted: string, isRight: boolean): void => {
    if (value === undefined || isRight) return;
    const message = `the option \`${name}\` of \`epoch\` is ${wanted}, not ${describe(value)}`;
    throw wrong('EINC0530', message, span);
  };
  check('progress', progress, 'a function', typeof progress === 'function');
  for (const [name, value] of Object.entries(values)) {
    check(name, value, 'an object of numbers', isRecord(value));
  }
}

/** Throws a `UserError` if any step of an epoch gets an invalid value of a static symbol, before any is taken. */
export function checkEpochIndices(step: Step, steps: number, options: EpochOptions): void {
  const { indices = {}, advance = {} } = options;
  const { symbols } = step;
  if (symbols) {
    for (const values of [indices, advance]) {
      checkOptions('EINC0506', 'epoch', values, symbols, 'static symbol');
    }
  }
  const given = { ...indices, ...step.indices };
  for (const routine of step.routines) routine.checkLoop(steps, given, advance);
}

function pieceOf<Name extends string>(
  cells: ReadonlyMap<Name, number>,
  examples: Batch<Name>,
  first: number,
  end: number,
): Batch<Name> {
  const pieces = [...cells].map(([name, each]) => [
    name,
    cut(examples[name], first * each, end * each),
  ]);
  return Object.fromEntries(pieces) as Batch<Name>;
}

/** Devices are timed by all steps that were queued together. */
function lastOf({ losses, devices }: EpochResult): StepResult {
  const each = devices.map(({ name, milliseconds }) => {
    return { name, milliseconds: milliseconds / losses.length };
  });
  return { loss: losses.at(-1) ?? NaN, devices: each };
}
