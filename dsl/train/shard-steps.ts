/** The steps of data-parallel training: which commands each shard executes, for each size of batch. */
import type {
  Command,
  Context,
  Devices,
  DeviceTime,
  Indices,
  Recording,
  Routine,
} from '../../runtime/index.ts';
import type { World } from '../world/world.ts';
import type { Merging } from './merging.ts';
import { type Replicas, turn } from './replicas.ts';
import { batchIndices, type ShardCode } from './shard-code.ts';
import { type Merge, mergeTree, shardSizes, treeSum } from './shards.ts';

export interface StepResult {
  /** The mean over the batch. */
  readonly loss: number;
  /** How long each device was busy. */
  readonly devices: readonly DeviceTime[];
}

/** A step for batches of one size. */
export interface Step {
  readonly indices: Indices;
  /** The names of the static symbols that a caller gives; unknown to a rank that has no examples. */
  readonly symbols: readonly string[] | undefined;
  /** The number of examples of each shard; may be 0. */
  readonly shares: readonly number[];
  /** The order in which their losses are added up. */
  readonly sums: readonly Merge[];
  /** Copies examples to the shards, and computes their gradients and, if they have examples, the losses. */
  readonly gradients: readonly Command[];
  /**
   * A complete step, including gradient sums and updates; for a single process, where no communication between ranks
   * interrupts it.
   */
  readonly whole: Recording | undefined;
  readonly routines: readonly Routine[];
}

/** What a training consists of. */
export interface Trainer<Name extends string> {
  readonly all: Devices;
  readonly code: ShardCode<Name>;
  readonly replicas: Replicas<Name>;
  readonly merging: Merging<Name>;
}

export class ShardSteps<Name extends string> implements Disposable {
  readonly #trainer: Trainer<Name>;
  readonly #world: World | undefined;
  /** By batch size. */
  readonly #steps = new Map<number, Step>();
  /** Pending calls: those whose step has to be compiled first, and those after them. */
  #preparing = 0;
  #prepared: Promise<unknown> | undefined;

  constructor(trainer: Trainer<Name>, world: World | undefined) {
    this.#trainer = trainer;
    this.#world = world;
  }

  /** The step for so many examples, unless it, or one that was asked for before, must still be compiled. */
  ready(count: number): Step | undefined {
    return this.#preparing === 0 ? this.#steps.get(count) : undefined;
  }

  /** The step for so many examples. Calls resolve in order, so that steps are executed in order. */
  prepare(count: number): Promise<Step> {
    const before = this.#prepared;
    const own = (async () => {
      await before?.then(undefined, () => undefined);
      return this.#steps.get(count) ?? this.#compile(count);
    })();
    this.#prepared = own;
    this.#preparing++;
    // Settled before the caller continues, and nothing runs in between that could start a later step.
    const settle = (): void => {
      this.#preparing--;
    };
    void own.then(settle, settle);
    return own;
  }

  /** The plan of each shard for a batch of so many examples, or for this rank's share of it. */
  async #compile(count: number): Promise<Step> {
    const { code, replicas, merging, all } = this.#trainer;
    const { shards } = replicas;
    const world = this.#world;
    const share = world?.share(count) ?? { first: 0, count };
    const sizes = shardSizes(share.count, shards.length);
    let { first } = share;
    const gradients: Command[] = [];
    const late = replicas.lateGradients(sizes);
    for (const [i, size] of sizes.entries()) {
      const shard = turn(shards, i);
      const part = late?.parts.get(size);
      const { ctx, routines } = part
        ? await replicas.early(shard, part, { shard: i, first })
        : { ctx: shard.ctx, routines: await replicas.gradient(shard, size) };
      if (size > 0) gradients.push(...this.#fill(ctx, first, size));
      gradients.push(...routines.map(routine => ({ kind: 'run', ctx, routine }) as const));
      if (size > 0) gradients.push({ kind: 'item', ctx, array: code.part(size).loss });
      first += size;
    }
    const isWhole = world === undefined || world.size === 1;
    const commands = [...gradients, ...(await merging.commands(isWhole ? late : undefined))];
    const whole = isWhole ? all.record(commands) : undefined;
    const routines = commands.flatMap(c => (c.kind === 'run' ? [c.routine] : []));
    const own = batchIndices(count);
    const symbols = share.count === 0 ? undefined : symbolsOf(routines).filter(s => !(s in own));
    const shares = sizes.map(size => size / count);
    const sums = mergeTree(shares.length, 0).flat();
    const step = { indices: own, symbols, shares, sums, gradients, whole, routines };
    this.#steps.set(count, step);
    return step;
  }

  /** Gives a shard that many examples of a batch, from the given one on. */
  #fill(ctx: Context, first: number, size: number): readonly Command[] {
    const { code } = this.#trainer;
    const { examples } = code.part(size);
    return [...code.cells].map(([input, each]) => {
      const cells = { first: first * each, cells: size * each };
      return { kind: 'write', ctx, array: examples[input], input, ...cells };
    });
  }

  [Symbol.dispose](): void {
    for (const { whole } of this.#steps.values()) whole?.[Symbol.dispose]();
  }
}

function symbolsOf(routines: readonly Routine[]): readonly string[] {
  return [...new Set(routines.flatMap(({ symbols }) => symbols.map(({ name }) => name)))];
}

/** The mean loss over a batch, from the losses of the shards that have examples. */
export function lossOf({ shares, sums }: Step, losses: readonly number[]): number {
  let at = 0;
  const weighed = shares.map(share => (share === 0 ? 0 : share * (losses[at++] ?? NaN)));
  return treeSum(weighed, sums);
}
