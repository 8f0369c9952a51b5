import type { ArrayHandle, Value } from '../../compiler/index.ts';
import {
  type Command,
  type Context,
  type Devices,
  type DeviceTime,
  type HostArray,
  type Indices,
  outcomeOf,
  type Recording,
  type StateArray,
} from '../../runtime/index.ts';
import { devices } from '../einc.ts';
import { callSite } from '../language/call-site.ts';
import {
  checkDataParallelOptions,
  type DataParallelOptions,
  examplesGiven,
} from './data-parallel-options.ts';
import { copyOf, type DividedState } from './kept-arrays.ts';
import { Merging } from './merging.ts';
import { type DeviceMemory, Replicas, turn } from './replicas.ts';
import { batchIndices, ShardCode } from './shard-code.ts';
import { type Merge, mergeTree, shardSizes, treeSum } from './shards.ts';
import type { World } from '../world/world.ts';

export interface StepResult {
  /** The mean over the batch. */
  readonly loss: number;
  /** How long each device was busy. */
  readonly devices: readonly DeviceTime[];
}

/** A step for batches of one size. */
interface Step {
  readonly indices: Indices;
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
}

interface Opened<Name extends string> {
  readonly all: Devices;
  readonly code: ShardCode<Name>;
  readonly replicas: Replicas<Name>;
  readonly merging: Merging<Name>;
}

/** Values of a batch, flat, example by example. */
export type Batch<Name extends string> = Readonly<Record<Name, ArrayLike<Value>>>;

/**
 * Data-parallel training on several devices: each computes the gradients of a part of the batch, these
 * are added up pairwise, and the parameters are updated with the sum.
 *
 *   const mlp = op`mlp(x) = { w2 } * relu({ b1; o = [16] } + { w1 } * x)`;
 *   using training = await dataParallel({
 *     batch: 128,
 *     shard: { x: { output: [2] }, label: { output: [1] } },
 *     loss: ({ x, label }, count) => op`loss = (relu(1 - ${label} *. ${mlp}(${x})) ++ "...|... => 0") /. ${count}`,
 *     update: p => sgdOne(p, { learningRate: 0.1 }),
 *   });
 *   const { loss } = await training.step({ x: coordinates, label: labels });
 *
 * Throws a `UserError` for invalid options.
 */
export async function dataParallel<Name extends string>(
  options: DataParallelOptions<Name>,
): Promise<DataParallel<Name>> {
  const span = callSite(dataParallel);
  checkDataParallelOptions(options, span);
  const { devices: given = 'all', backend, batch } = options;
  const isOpen = typeof given === 'object';
  const all = isOpen ? given : await devices({ count: given, ...(backend ? { backend } : {}) });
  try {
    const ranks = options.world?.size ?? 1;
    const [largest = batch] = shardSizes(
      Math.ceil(batch / ranks),
      options.shards ?? all.all.length,
    );
    const code = new ShardCode(options, largest, span);
    const replicas = await Replicas.open(all, code, options);
    const merging = await Merging.open(all, code, replicas, options);
    return new DataParallel(options, { all, code, replicas, merging });
  } catch (error) {
    if (!isOpen) all[Symbol.dispose]();
    throw error;
  }
}

export class DataParallel<Name extends string> implements DividedState, Disposable {
  /** Its arrays are the parameters; routines compiled here see them. */
  readonly context: Context;
  readonly #options: DataParallelOptions<Name>;
  readonly #code: ShardCode<Name>;
  readonly #replicas: Replicas<Name>;
  readonly #merging: Merging<Name>;
  readonly #all: Devices;
  /** Steps by batch size. */
  readonly #steps = new Map<number, Step>();
  readonly #isOwner: boolean;
  /** Pending calls: those whose step has to be compiled first, and those after them. */
  #preparing = 0;
  #prepared: Promise<unknown> | undefined;
  /** With other ranks, a step has pauses for communication during which the next one must not start. */
  #last: Promise<unknown> | undefined;

  constructor(options: DataParallelOptions<Name>, { all, code, replicas, merging }: Opened<Name>) {
    this.context = replicas.first;
    this.#options = options;
    this.#code = code;
    this.#replicas = replicas;
    this.#merging = merging;
    this.#all = all;
    this.#isOwner = typeof options.devices !== 'object';
  }

  /**
   * Computes the gradients of a batch on all devices and updates the parameters. `indices` are values of
   * the static symbols in losses and updates. The devices read the batch when they reach it: it must not be changed
   * until the step is done. Rejects with a `UserError` for a batch of the wrong form.
   */
  readonly step = async (batch: Batch<Name>, indices?: Indices): Promise<StepResult> => {
    const { batch: most, world } = this.#options;
    const count = examplesGiven(batch, this.#code.cells, most, () => callSite(this.step));
    let step = this.#preparing === 0 ? this.#steps.get(count) : undefined;
    if (step === undefined) {
      this.#preparing++;
      try {
        step = await this.#stepInTurn(count);
      } finally {
        this.#preparing--;
      }
    }
    const given = indices === undefined ? step.indices : { ...indices, ...step.indices };
    if (world === undefined && step.whole) {
      const { items, devices: times } = await step.whole.start(given, batch);
      return { loss: lossOf(step, items), devices: times };
    }
    const before = this.#last;
    const own = (async () => {
      // The failure has been reported to that caller.
      await before?.then(undefined, () => undefined);
      return this.#among(step, batch, given);
    })();
    this.#last = own;
    return own;
  };

  /** A step together with other ranks. */
  async #among(step: Step, batch: Batch<Name>, indices: Indices): Promise<StepResult> {
    const { gradients, whole } = step;
    const { world } = this.#options;
    const { items, devices: times } = await (whole?.start(indices, batch) ??
      outcomeOf(gradients, async () => {
        const queued = this.#all.queueTogether(gradients, indices, batch);
        const updates = world ? await this.#merging.update(world, indices) : [];
        return [...queued, ...updates];
      }));
    const own = lossOf(step, items);
    const [loss = own] = world ? await world.allReduceValues([own]) : [];
    return { loss, devices: times };
  }

  /** After the previous calls, so that steps are executed in order. */
  #stepInTurn(count: number): Promise<Step> {
    const before = this.#prepared;
    const own = (async () => {
      await before?.then(undefined, () => undefined);
      return this.#steps.get(count) ?? this.#stepFor(count);
    })();
    this.#prepared = own;
    return own;
  }

  /** The plan of each shard for a batch of so many examples, or for this rank's share of it. */
  async #stepFor(count: number): Promise<Step> {
    const { shards } = this.#replicas;
    const { world } = this.#options;
    const share = world?.share(count) ?? { first: 0, count };
    const sizes = shardSizes(share.count, shards.length);
    let { first } = share;
    const gradients: Command[] = [];
    const late = this.#replicas.lateGradients(sizes);
    for (const [i, size] of sizes.entries()) {
      const shard = turn(shards, i);
      const part = late?.parts.get(size);
      const { ctx, routines } = part
        ? await this.#replicas.early(shard, part, { shard: i, first })
        : { ctx: shard.ctx, routines: await this.#replicas.gradient(shard, size) };
      if (size > 0) gradients.push(...this.#fill(ctx, first, size));
      gradients.push(...routines.map(routine => ({ kind: 'run', ctx, routine }) as const));
      if (size > 0) gradients.push({ kind: 'item', ctx, array: this.#code.part(size).loss });
      first += size;
    }
    const isWhole = world === undefined || world.size === 1;
    const whole = isWhole
      ? this.#all.record([...gradients, ...(await this.#merging.commands(late))])
      : undefined;
    const shares = sizes.map(size => size / count);
    const sums = mergeTree(shares.length, 0).flat();
    const step = { indices: batchIndices(count), shares, sums, gradients, whole };
    this.#steps.set(count, step);
    return step;
  }

  /** Gives a shard that many examples of a batch, from the given one on. */
  #fill(ctx: Context, first: number, size: number): readonly Command[] {
    const { examples } = this.#code.part(size);
    return [...this.#code.cells].map(([input, each]) => {
      const cells = { first: first * each, cells: size * each };
      return { kind: 'write', ctx, array: examples[input], input, ...cells };
    });
  }

  /** One number of a parameter, or of a tensor kept by updates. Blocks until all work is done. */
  item(handle: ArrayHandle, cell = 0): number {
    return this.#firstShard.item(handle, cell);
  }

  /** The values of one. */
  read(handle: ArrayHandle): Promise<HostArray> {
    return this.#firstShard.read(handle);
  }

  get world(): World | undefined {
    return this.#options.world;
  }

  get seed(): number {
    return this.context.seed;
  }

  /** The parameters and the state of updates, on whichever device they are: for `saveCheckpoint`. */
  async gather(): Promise<readonly StateArray[]> {
    const state: StateArray[] = [];
    for (const kept of this.#code.kept()) {
      state.push(await copyOf(kept, this.#merging.ownerOf(kept.of)));
    }
    return state;
  }

  /** Restores such a state from the first rank, whatever number of devices it was gathered from. */
  async scatter(state: readonly StateArray[]): Promise<void> {
    const found = new Map(state.map(({ name, buffer }) => [name, buffer]));
    for (const { name, array, of } of this.#code.kept()) {
      const owner = this.#merging.ownerOf(of);
      owner.write(array, found.get(name)?.read() ?? []);
      await this.world?.broadcast(owner, [array]);
      if (array.tensor !== of) continue;
      const values = owner.readSync(array).data;
      for (const ctx of this.#replicas.contexts) ctx.write(array, values);
    }
  }

  /** The contents of each device. */
  memory(): readonly DeviceMemory[] {
    return this.#replicas.memory();
  }

  /** A context that sees the parameters, and the state of the first shard's updates. */
  get #firstShard(): Context {
    return this.#replicas.shards[0]?.after ?? this.context;
  }

  /** Frees everything; devices passed in stay open. */
  [Symbol.dispose](): void {
    for (const { whole } of this.#steps.values()) whole?.[Symbol.dispose]();
    this.#replicas[Symbol.dispose]();
    if (this.#isOwner) this.#all[Symbol.dispose]();
  }
}

/** For the losses of the shards that have examples. */
function lossOf({ shares, sums }: Step, losses: readonly number[]): number {
  let at = 0;
  const weighed = shares.map(share => (share === 0 ? 0 : share * (losses[at++] ?? NaN)));
  return treeSum(weighed, sums);
}
