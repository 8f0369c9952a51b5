import type { ArrayHandle, Value } from '../../compiler/index.ts';
import type {
  Context,
  Devices,
  HostArray,
  Indices,
  Routine,
  Run,
  StateArray,
} from '../../runtime/index.ts';
import { devices } from '../einc.ts';
import { callSite } from '../language/call-site.ts';
import {
  checkDataParallelOptions,
  type DataParallelOptions,
  examplesGiven,
} from './data-parallel-options.ts';
import { DeviceClock, type DeviceTime } from './device-clock.ts';
import { copyOf, type DividedState } from './kept-arrays.ts';
import { Merging } from './merging.ts';
import { type DeviceMemory, Replicas } from './replicas.ts';
import { batchIndices, ShardCode } from './shard-code.ts';
import { shardSizes, treeSum } from './shards.ts';
import type { World } from '../world/world.ts';

export interface StepResult {
  /** The mean of the batch. */
  readonly loss: number;
  /** How long each device was at work. */
  readonly devices: readonly DeviceTime[];
}

/** What a shard has to do with a batch: so many examples, from the first one on. */
interface Part {
  readonly ctx: Context;
  readonly first: number;
  readonly size: number;
  readonly routines: readonly Routine[];
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
 * Trains on several devices at the same time: each computes the gradients of a part of the batch, these
 * are added up pairwise, and the parameters are updated by the sum.
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
 * Throws a `UserError` for options that are none.
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
  /** Its arrays are the parameters; routines that are compiled here see them. */
  readonly context: Context;
  readonly #options: DataParallelOptions<Name>;
  readonly #code: ShardCode<Name>;
  readonly #replicas: Replicas<Name>;
  readonly #merging: Merging<Name>;
  readonly #all: Devices;
  /** For each size of a batch. */
  readonly #parts = new Map<number, readonly Part[]>();
  readonly #isOwner: boolean;
  /** With other ranks a step has gaps in which the next one must not begin. */
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
   * the static symbols in losses and updates. Rejects with a `UserError` for a batch that does not fit.
   */
  readonly step = async (batch: Batch<Name>, indices: Indices = {}): Promise<StepResult> => {
    const most = this.#options.batch;
    const count = examplesGiven(batch, this.#code.cells, most, () => callSite(this.step));
    const parts = this.#parts.get(count) ?? (await this.#partsOf(count));
    if (this.#options.world === undefined) return this.#step(batch, parts, indices, count);
    const before = this.#last;
    const own = (async () => {
      // Who made that call has been told of its failure.
      await before?.then(undefined, () => undefined);
      return this.#step(batch, parts, indices, count);
    })();
    this.#last = own;
    return own;
  };

  async #step(
    batch: Batch<Name>,
    parts: readonly Part[],
    indices: Indices,
    count: number,
  ): Promise<StepResult> {
    const given = { ...indices, ...batchIndices(count) };
    const clock = new DeviceClock(this.#replicas.streams);
    let gradients: readonly Run[] = [];
    this.#all.together(() => {
      gradients = parts.flatMap(part => {
        if (part.size > 0) this.#fill(part, batch);
        return part.routines.map(routine => routine.run(given));
      });
    });
    const updates = this.#replicas.isAlone ? gradients : await this.#merging.update(given);
    await allDone(updates, gradients);
    const losses = parts.map(({ ctx, size }) => {
      return size === 0 ? 0 : (size / count) * ctx.item(this.#code.part(size).loss);
    });
    const own = treeSum(losses);
    const { world } = this.#options;
    const [loss = own] = world ? await world.allReduceValues([own]) : [];
    return { loss, devices: clock.times() };
  }

  /** What each shard has to do with a batch of so many examples, or with this rank's share of it. */
  async #partsOf(count: number): Promise<readonly Part[]> {
    const { shards } = this.#replicas;
    const share = this.#options.world?.share(count) ?? { first: 0, count };
    let { first } = share;
    const parts: Part[] = [];
    for (const [i, size] of shardSizes(share.count, shards.length).entries()) {
      const shard = shards[i];
      if (shard === undefined) continue;
      const routines = await this.#replicas.gradient(shard, size);
      parts.push({ ctx: shard.ctx, first, size, routines });
      first += size;
    }
    this.#parts.set(count, parts);
    return parts;
  }

  #fill({ ctx, first, size }: Part, batch: Batch<Name>): void {
    const { examples } = this.#code.part(size);
    for (const [name, cells] of this.#code.cells) {
      const own = cut(batch[name], first * cells, (first + size) * cells);
      ctx.write(examples[name], own);
    }
  }

  /** A number of a parameter, or of a tensor that updates keep. Blocks until all is done. */
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

  /** The parameters, and what updates keep wherever they are done: for `saveCheckpoint`. */
  async gather(): Promise<readonly StateArray[]> {
    const state: StateArray[] = [];
    for (const kept of this.#code.kept()) {
      state.push(await copyOf(kept, this.#merging.ownerOf(kept.of)));
    }
    return state;
  }

  /** Goes on from such a state of the first rank, whatever number of devices it was gathered from. */
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

  /** What each device holds. */
  memory(): readonly DeviceMemory[] {
    return this.#replicas.memory();
  }

  /** It sees the parameters, and what updates of the first shard keep. */
  get #firstShard(): Context {
    return this.#replicas.shards[0]?.after ?? this.context;
  }

  /** Frees everything; devices that were given stay open. */
  [Symbol.dispose](): void {
    this.#replicas[Symbol.dispose]();
    if (this.#isOwner) this.#all[Symbol.dispose]();
  }
}

/** After the last of them, or when each has told of what went wrong. To ask for less disturbs those at work less. */
async function allDone(last: readonly Run[], all: readonly Run[]): Promise<void> {
  try {
    await Promise.all(last);
  } catch (error) {
    await Promise.allSettled([...all, ...last]);
    throw error;
  }
}

function cut(values: ArrayLike<Value>, first: number, end: number): ArrayLike<Value> {
  if (first === 0 && end === values.length) return values;
  if (values instanceof Float32Array) return values.subarray(first, end);
  return Array.from({ length: end - first }, (_, i) => values[first + i] ?? NaN);
}
