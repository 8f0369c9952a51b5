/** What becomes of the gradients of all shards: sums, by which parameters are updated. */
import {
  type Command,
  type CompiledCode,
  type Context,
  type Devices,
  type Indices,
  queueEach,
  type QueuedRun,
  type Routine,
} from '../../runtime/index.ts';
import { sequence } from '../code.ts';
import type { Code } from '../graph/code.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DataParallelOptions } from './data-parallel-options.ts';
import { type Replicas, turn } from './replicas.ts';
import type { ShardCode } from './shard-code.ts';
import { type Merge, mergeTree, ownersOf } from './shards.ts';
import type { World } from '../world/world.ts';

/** Parameters of a bucket whose gradients one shard has the sums of in the end, and updates them by. */
interface Unit {
  readonly params: readonly Tensor[];
  readonly shard: number;
  readonly additions: readonly Addition[];
  /** In the last of the additions, unless ranks add theirs up in between. */
  readonly update: Routine | undefined;
}

/** Of what one shard has sent to another. */
interface Addition {
  readonly pair: Merge;
  readonly at: Context;
  readonly routine: Routine;
}

export class Merging<Name extends string> {
  readonly #all: Devices;
  readonly #code: ShardCode<Name>;
  readonly #replicas: Replicas<Name>;
  readonly #options: DataParallelOptions<Name>;
  #units: readonly Unit[] = [];

  static async open<Name extends string>(
    all: Devices,
    code: ShardCode<Name>,
    replicas: Replicas<Name>,
    options: DataParallelOptions<Name>,
  ): Promise<Merging<Name>> {
    const merging = new Merging(all, code, replicas, options);
    if (!replicas.isAlone) await merging.#link();
    return merging;
  }

  private constructor(
    all: Devices,
    code: ShardCode<Name>,
    replicas: Replicas<Name>,
    options: DataParallelOptions<Name>,
  ) {
    this.#all = all;
    this.#code = code;
    this.#replicas = replicas;
    this.#options = options;
  }

  /** Adds up the gradients of all shards, updates the parameters by them and sends these to all. */
  commands(): readonly Command[] {
    const merged = this.#units.flatMap(unit => [...this.#add(unit), ...this.#updateBy(unit)]);
    return [...merged, ...this.#units.flatMap(unit => this.#tell(unit))];
  }

  /** The same, adding up the gradients of all ranks in between. */
  async update(world: World, indices: Indices): Promise<readonly QueuedRun[]> {
    const queued: QueuedRun[] = [];
    for (const unit of this.#units) {
      queued.push(...queueEach(this.#add(unit), indices));
      const { after } = turn(this.#replicas.shards, unit.shard);
      await world.allReduce(after, gradientsOf(unit.params));
      queued.push(...queueEach(this.#updateBy(unit), indices));
    }
    const told = this.#units.flatMap(unit => this.#tell(unit));
    return [...queued, ...queueEach(told, indices)];
  }

  /** Where the update of a parameter is done, and what it keeps lies. */
  ownerOf(param: Tensor): Context {
    const unit = this.#units.find(({ params }) => params.includes(param));
    return turn(this.#replicas.shards, unit?.shard ?? 0).after;
  }

  #add({ params, additions }: Unit): readonly Command[] {
    return additions.flatMap(({ pair, at: ctx, routine }) => [
      ...(this.#isPointing ? [] : this.#send(params, { pair, at: ctx })),
      { kind: 'run', ctx, routine },
    ]);
  }

  #updateBy({ shard, update }: Unit): readonly Command[] {
    const { after } = turn(this.#replicas.shards, shard);
    return update ? [{ kind: 'run', ctx: after, routine: update }] : [];
  }

  /** The other contexts of what has been updated. */
  #tell({ params, shard }: Unit): readonly Command[] {
    const { contexts } = this.#replicas;
    const src = turn(contexts, shard);
    const others = contexts.filter(ctx => ctx !== src);
    return others.flatMap(dst =>
      params.map(p => ({ kind: 'send', array: p, options: { dst, src } }) as const),
    );
  }

  /** Whether it reads what others have where they have it: then that is said once. */
  get #isPointing(): boolean {
    return this.#all.backend.sharesMemory;
  }

  #send(
    params: readonly Tensor[],
    { pair, at: dst }: Omit<Addition, 'routine'>,
  ): readonly Command[] {
    const intoMergeBuffer = this.#isPointing ? 'point' : 'copy';
    const src = turn(this.#replicas.shards, pair.src).ctx;
    const options = { intoMergeBuffer, dst, src } as const;
    return gradientsOf(params).map(array => ({ kind: 'send', array, options }));
  }

  async #link(): Promise<void> {
    const units: Unit[] = [];
    for (const { params, shard } of this.#parts()) {
      const pairs = mergeTree(this.#replicas.shards.length, shard).flat();
      const { merge, update, both } = await this.#compile(params, pairs.length);
      const additions: Addition[] = [];
      for (const [i, pair] of pairs.entries()) {
        const code = i === pairs.length - 1 ? (both ?? merge) : merge;
        if (code)
          additions.push(await this.#linkAddition(code, params, pair, i === pairs.length - 1));
      }
      const { after } = turn(this.#replicas.shards, shard);
      units.push({
        params,
        shard,
        additions,
        update: update ? await after.link(update) : undefined,
      });
    }
    this.#units = units;
  }

  /** Each merge buffer that points somewhere is in a context of its own, but for the last of all. */
  async #linkAddition(
    code: CompiledCode,
    params: readonly Tensor[],
    pair: Merge,
    isLast: boolean,
  ): Promise<Addition> {
    const { after } = turn(this.#replicas.shards, pair.dst);
    const at = isLast || !this.#isPointing ? after : after.child();
    if (this.#isPointing) queueEach(this.#send(params, { pair, at }), {});
    const routine = await at.link(code, { receives: gradientsOf(params) });
    return { pair, at, routine };
  }

  /** Who updates what. Ranks, which may have other numbers of devices, all divide it alike. */
  #parts(): readonly Pick<Unit, 'params' | 'shard'>[] {
    const { buckets, shards, contexts } = this.#replicas;
    const all = buckets.flat();
    const [ctx] = contexts;
    const cells = all.map(p => ctx?.readSync(p).data.length ?? 0);
    const { isDivided, least } = this.#code.division();
    const isByOne = !isDivided || this.#options.world !== undefined;
    const owners = ownersOf(
      cells,
      isByOne ? 1 : Math.min(shards.length, this.#all.all.length),
      least,
    );
    const ownerOf = new Map(all.map((p, i) => [p, owners[i] ?? 0]));
    return buckets.flatMap(bucket =>
      [...new Set(bucket.map(p => ownerOf.get(p) ?? 0))].map(shard => {
        return { shard, params: bucket.filter(p => ownerOf.get(p) === shard) };
      }),
    );
  }

  async #compile(
    params: readonly Tensor[],
    additions: number,
  ): Promise<Partial<Record<'merge' | 'update' | 'both', CompiledCode>>> {
    const { dtype = 'f32', keep = [], world } = this.#options;
    const [merge, update] = [this.#code.merge(params), this.#code.update(params)];
    const isApart = additions === 0 || (world !== undefined && world.size > 1);
    const compile = (code: Code, kept: typeof keep): Promise<CompiledCode> =>
      this.#all.compile(code, { dtype, keep: kept });
    const [merging, updating, both] = await Promise.all([
      additions > (isApart ? 0 : 1) ? compile(merge, []) : undefined,
      isApart ? compile(update, keep) : undefined,
      isApart ? undefined : compile(sequence([merge, update]), keep),
    ]);
    return {
      ...(merging && { merge: merging }),
      ...(updating && { update: updating }),
      ...(both && { both }),
    };
  }
}

function gradientsOf(params: readonly Tensor[]): readonly Tensor['grad'][] {
  return params.map(p => p.grad);
}
