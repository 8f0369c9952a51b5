import type { ArrayHandle, Value } from '../../compiler/index.ts';
import type {
  Context,
  Devices,
  HostArray,
  Indices,
  Routine,
  StateArray,
} from '../../runtime/index.ts';
import { devices } from '../einc.ts';
import { callSite } from '../language/call-site.ts';
import {
  checkDataParallelOptions,
  type DataParallelOptions,
  examplesGiven,
} from './data-parallel-options.ts';
import { copyOf, type DividedState } from './kept-arrays.ts';
import { type DeviceMemory, Replicas, type Shard } from './replicas.ts';
import { batchIndices, ShardCode } from './shard-code.ts';
import { shardSizes, treeSum } from './shards.ts';

export interface StepResult {
  /** The mean of the batch. */
  readonly loss: number;
  /** How long each device took for its gradients. */
  readonly devices: readonly { readonly name: string; readonly milliseconds: number }[];
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
    const [largest = batch] = shardSizes(batch, options.shards ?? all.all.length);
    const code = new ShardCode(options, largest, span);
    const replicas = await Replicas.open(all, code, options);
    return new DataParallel(options, { all: isOpen ? undefined : all, code, replicas });
  } catch (error) {
    if (!isOpen) all[Symbol.dispose]();
    throw error;
  }
}

export class DataParallel<Name extends string> implements DividedState, Disposable {
  /** Its arrays are the parameters; routines that are compiled here see them. */
  readonly context: Context;
  readonly #batch: number;
  readonly #code: ShardCode<Name>;
  readonly #replicas: Replicas<Name>;
  readonly #owned: Devices | undefined;

  constructor(
    { batch }: DataParallelOptions<Name>,
    {
      all,
      code,
      replicas,
    }: {
      readonly all: Devices | undefined;
      readonly code: ShardCode<Name>;
      readonly replicas: Replicas<Name>;
    },
  ) {
    this.context = replicas.first;
    this.#batch = batch;
    this.#code = code;
    this.#replicas = replicas;
    this.#owned = all;
  }

  /**
   * Computes the gradients of a batch on all devices and updates the parameters. `indices` are values of
   * the static symbols in losses and updates. Rejects with a `UserError` for a batch that does not fit.
   */
  readonly step = async (batch: Batch<Name>, indices: Indices = {}): Promise<StepResult> => {
    const count = examplesGiven(batch, this.#code.cells, this.#batch, () => callSite(this.step));
    const given = { ...indices, ...batchIndices(count) };
    const parts = await this.#partsOf(batch, count);
    const start = performance.now();
    const gradients = parts.map(({ routine }) => routine.run(given));
    const updates = this.#replicas.update(given);
    const times = await Promise.all(
      gradients.map(async run => {
        await run;
        return performance.now() - start;
      }),
    );
    for (const run of updates) await run;
    const losses = parts.map(({ shard, size }) => {
      return size === 0 ? 0 : (size / count) * shard.ctx.item(this.#code.part(size).loss);
    });
    return { loss: treeSum(losses), devices: this.#timesOf(times) };
  };

  /** The routine of each shard, which has got its examples. */
  async #partsOf(
    batch: Batch<Name>,
    count: number,
  ): Promise<readonly { shard: Shard; size: number; routine: Routine }[]> {
    const { shards } = this.#replicas;
    const parts = [];
    let first = 0;
    for (const [i, size] of shardSizes(count, shards.length).entries()) {
      const shard = shards[i];
      if (shard === undefined) continue;
      parts.push({ shard, size, routine: await this.#replicas.gradient(shard, size) });
      if (size > 0) this.#fill(shard, size, batch, first);
      first += size;
    }
    return parts;
  }

  #fill({ ctx }: Shard, size: number, batch: Batch<Name>, first: number): void {
    const { examples } = this.#code.part(size);
    for (const [name, cells] of this.#code.cells) {
      const own = cut(batch[name], first * cells, (first + size) * cells);
      ctx.write(examples[name], own);
    }
  }

  #timesOf(times: readonly number[]): StepResult['devices'] {
    const slowest = new Map<string, number>();
    this.#replicas.shards.forEach(({ ctx: { device } }, i) => {
      slowest.set(device, Math.max(slowest.get(device) ?? 0, times[i] ?? 0));
    });
    return [...slowest].map(([name, milliseconds]) => ({ name, milliseconds }));
  }

  /** A number of a parameter, or of a tensor that updates keep. Blocks until all is done. */
  item(handle: ArrayHandle, cell = 0): number {
    return this.#firstShard.item(handle, cell);
  }

  /** The values of one. */
  read(handle: ArrayHandle): Promise<HostArray> {
    return this.#firstShard.read(handle);
  }

  get seed(): number {
    return this.context.seed;
  }

  /** The parameters, and what updates keep wherever they are done: for `saveCheckpoint`. */
  async gather(): Promise<readonly StateArray[]> {
    const state: StateArray[] = [];
    for (const kept of this.#code.kept()) {
      state.push(await copyOf(kept, this.#replicas.ownerOf(kept.of)));
    }
    return state;
  }

  /** Goes on from such a state, whatever number of devices it was gathered from. */
  scatter(state: readonly StateArray[]): Promise<void> {
    const found = new Map(state.map(({ name, buffer }) => [name, buffer]));
    for (const { name, array, of } of this.#code.kept()) {
      const owner = this.#replicas.ownerOf(of);
      const holders = array.tensor === of ? this.#replicas.contexts : [owner];
      for (const ctx of holders) ctx.write(array, found.get(name)?.read() ?? []);
    }
    return Promise.resolve();
  }

  /** What each device holds. */
  memory(): readonly DeviceMemory[] {
    return this.#replicas.memory();
  }

  /** It sees the parameters, and what updates of the first shard keep. */
  get #firstShard(): Context {
    return this.#replicas.shards[0]?.ctx ?? this.context;
  }

  /** Frees everything; devices that were given stay open. */
  [Symbol.dispose](): void {
    this.#replicas[Symbol.dispose]();
    this.#owned?.[Symbol.dispose]();
  }
}

function cut(values: ArrayLike<Value>, first: number, end: number): ArrayLike<Value> {
  if (first === 0 && end === values.length) return values;
  if (values instanceof Float32Array) return values.subarray(first, end);
  return Array.from({ length: end - first }, (_, i) => values[first + i] ?? NaN);
}
