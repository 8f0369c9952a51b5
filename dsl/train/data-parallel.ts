import type { ArrayHandle, Span } from '../../compiler/index.ts';
import {
  checkOptions,
  type Context,
  type Devices,
  type HostArray,
  type Indices,
  outcomeOf,
  promiseOf,
  type StateArray,
} from '../../runtime/index.ts';
import { devices } from '../einc.ts';
import { callSite } from '../language/call-site.ts';
import {
  checkDataParallelOptions,
  type DataParallelOptions,
  examplesGiven,
} from './data-parallel-options.ts';
import {
  type Batch,
  checkEpochIndices,
  checkEpochOptions,
  epoch,
  type EpochOptions,
  type EpochResult,
} from './epoch.ts';
import { copyOf, type DividedState } from './kept-arrays.ts';
import { Merging } from './merging.ts';
import { type DeviceMemory, Replicas } from './replicas.ts';
import { ShardCode } from './shard-code.ts';
import { lossOf, ShardSteps, type Step, type StepResult, type Trainer } from './shard-steps.ts';
import { shardSizes } from './shards.ts';
import type { World } from '../world/world.ts';

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
export function dataParallel<Name extends string>(
  options: DataParallelOptions<Name>,
): Promise<DataParallel<Name>> {
  return promised(openTraining(options, callSite(dataParallel))) as Promise<DataParallel<Name>>;
}

async function openTraining<Name extends string>(
  options: DataParallelOptions<Name>,
  span: Span,
): Promise<DataParallel<Name>> {
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
  readonly #steps: ShardSteps<Name>;
  readonly #isOwner: boolean;
  readonly #place = (): Span => callSite(this.step);
  /** With other ranks, a step has pauses for communication during which the next one must not start. */
  #last: Promise<unknown> | undefined;

  constructor(options: DataParallelOptions<Name>, trainer: Trainer<Name>) {
    const { all, code, replicas, merging } = trainer;
    this.context = replicas.first;
    this.#options = options;
    this.#code = code;
    this.#replicas = replicas;
    this.#merging = merging;
    this.#all = all;
    this.#steps = new ShardSteps(trainer, options.world);
    this.#isOwner = typeof options.devices !== 'object';
  }

  /**
   * Computes the gradients of a batch on all devices and updates the parameters. `indices` are values of
   * the static symbols in losses and updates. The devices read the batch when they reach it: it must not be changed
   * until the step is done. Rejects with a `UserError` for a batch of the wrong form.
   */
  readonly step = (batch: Batch<Name>, indices?: Indices): Promise<StepResult> =>
    promisedResult(this.#step(batch, indices));

  async #step(batch: Batch<Name>, indices?: Indices): Promise<StepResult> {
    const { batch: most, world } = this.#options;
    const count = examplesGiven(batch, this.#code.cells, {
      call: 'step',
      most,
      place: this.#place,
    });
    const step = this.#steps.ready(count) ?? (await this.#steps.prepare(count));
    if (indices !== undefined && step.symbols !== undefined) {
      checkOptions('EINC0506', 'step', indices, step.symbols, 'static symbol');
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
  }

  /**
   * A step for each batch of the examples, in their order; the last batch may be smaller. Takes less time than a call of `step` for
   * each, since devices go from one step to the next without waiting for JavaScript. `step` says what the examples are and what is
   * rejected; they must not be changed until the epoch is done. After a failed step the remaining ones are left out.
   *
   *   const { losses } = await training.epoch({ x, label }, { indices: { step: 0 }, advance: { step: 1 } });
   */
  readonly epoch = (examples: Batch<Name>, options: EpochOptions = {}): Promise<EpochResult> =>
    promisedEpoch(this.#epoch(examples, options, callSite(this.epoch)));

  async #epoch(examples: Batch<Name>, options: EpochOptions, span: Span): Promise<EpochResult> {
    checkEpochOptions(options, span);
    const { cells } = this.#code;
    const wanted = { call: 'epoch', most: Infinity, place: () => span } as const;
    const count = examplesGiven(examples, cells, wanted);
    const { batch } = this.#options;
    const first = Math.min(batch, count);
    const step = this.#steps.ready(first) ?? (await this.#steps.prepare(first));
    checkEpochIndices(step, Math.ceil(count / batch), options);
    const mostAtOnce = step.whole?.mostTimes ?? 1;
    return epoch({ cells, batch, mostAtOnce, take: this.#take }, examples, count, options);
  }

  readonly #take = async (
    steps: number,
    examples: Batch<Name>,
    indices: Indices,
    advance: Indices,
  ): Promise<EpochResult> => {
    const step = steps === 1 ? undefined : this.#steps.ready(this.#options.batch);
    if (!step?.whole) {
      const { loss, devices: times } = await this.#step(examples, indices);
      return { losses: [loss], devices: times };
    }
    const given = { ...indices, ...step.indices };
    const { items, devices: times } = await step.whole.loop(steps, given, advance, examples);
    const each = items.length / steps;
    const losses = Array.from({ length: steps }, (_, n) =>
      lossOf(step, items.slice(n * each, (n + 1) * each)),
    );
    return { losses, devices: times };
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
    this.#steps[Symbol.dispose]();
    this.#replicas[Symbol.dispose]();
    if (this.#isOwner) this.#all[Symbol.dispose]();
  }
}

const promised = promiseOf<unknown>('dataParallel', DataParallel, ['context', 'step']);
const promisedEpoch = promiseOf<EpochResult>('training.epoch', Object, ['losses', 'devices']);
const promisedResult = promiseOf<StepResult>('training.step', Object, ['loss', 'devices']);
