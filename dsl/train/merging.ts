/** Sums the gradients of all shards, and updates the parameters with the sums. */
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
import type { RoutineSource } from '../../compiler/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DataParallelOptions } from './data-parallel-options.ts';
import type { LateGradients } from './late-gradients.ts';
import { type Owned, ownedBy } from './owners.ts';
import { type Replicas, turn } from './replicas.ts';
import type { ShardCode } from './shard-code.ts';
import { rowsOfCode, sumsForItself } from './rows-of-code.ts';
import { type Merge, mergeTree } from './shards.ts';
import type { World } from '../world/world.ts';

/** Parameters of a bucket whose gradients are summed on one shard, which updates them. */
interface Unit extends Owned {
  readonly additions: readonly Addition[];
  /** Part of the last addition, unless ranks are summed in between. */
  readonly update: Routine | undefined;
}

/** Adds the values that one shard has sent to another. */
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
  #owned: readonly Owned[] = [];
  /** For gradients that are not late. */
  #units: Promise<readonly Unit[]> | undefined;

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

  /** Sums the gradients of all shards, updates the parameters and sends them to all. */
  async commands(late?: LateGradients): Promise<readonly Command[]> {
    const units = await (late ? this.#unitsOf(late) : (this.#units ??= this.#unitsOf()));
    const merged = units.flatMap(unit => [...this.#add(unit), ...this.#updateBy(unit)]);
    return [...merged, ...units.flatMap(unit => this.#tell(unit))];
  }

  /** The same, with a sum over all ranks in between. */
  async update(world: World, indices: Indices): Promise<readonly QueuedRun[]> {
    const queued: QueuedRun[] = [];
    const units = await (this.#units ??= this.#unitsOf());
    for (const unit of units) {
      queued.push(...queueEach(this.#add(unit), indices));
      const { after } = turn(this.#replicas.shards, unit.shard);
      await world.allReduce(after, gradientsOf(unit.params));
      queued.push(...queueEach(this.#updateBy(unit), indices));
    }
    const told = units.flatMap(unit => this.#tell(unit));
    return [...queued, ...queueEach(told, indices)];
  }

  /** Where the update of a parameter runs and its state is stored. */
  ownerOf(param: Tensor): Context {
    const unit = this.#owned.find(({ params }) => params.includes(param));
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

  /** The other contexts that need the updated parameters. */
  #tell({ params, shard }: Unit): readonly Command[] {
    const { contexts } = this.#replicas;
    const src = turn(contexts, shard);
    const others = contexts.filter(ctx => ctx !== src);
    return others.flatMap(dst =>
      params.map(p => ({ kind: 'send', array: p, options: { dst, src } }) as const),
    );
  }

  /** Whether it reads others' values in place: then this is set up once. */
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
    const owned = ownedBy({
      all: this.#all,
      code: this.#code,
      replicas: this.#replicas,
      options: this.#options,
    });
    await this.#holdShared(owned);
    this.#owned = owned;
  }

  async #unitsOf(late?: LateGradients): Promise<readonly Unit[]> {
    const units: Unit[] = [];
    for (const of of this.#owned) units.push(await this.#unit(of, late));
    return units;
  }

  /** State of a parameter that several shards update is stored in one place, as the parameter is. */
  async #holdShared(owned: readonly Owned[]): Promise<void> {
    const shared = new Set(owned.flatMap(({ own }) => [...(own?.rows.keys() ?? [])]));
    for (const { array, of } of this.#code.kept()) {
      if (shared.has(of)) await this.#replicas.first.hold(array);
    }
  }

  async #unit(owned: Owned, late?: LateGradients): Promise<Unit> {
    const { params, shard } = owned;
    const pairs = mergeTree(this.#replicas.shards.length, shard).flat();
    const { merge, update, both } = await this.#compile(owned, pairs.length, late);
    const additions: Addition[] = [];
    for (const [i, pair] of pairs.entries()) {
      const isLast = i === pairs.length - 1;
      const code = isLast ? (both ?? merge) : merge;
      if (code) additions.push(await this.#linkAddition(code, params, pair, isLast));
    }
    const { after } = turn(this.#replicas.shards, shard);
    return { ...owned, additions, update: update ? await after.link(update) : undefined };
  }

  /** Each merge buffer that points to other memory has its own context, except that of the last addition. */
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

  async #compile(
    owned: Owned,
    additions: number,
    late?: LateGradients,
  ): Promise<Partial<Record<'merge' | 'update' | 'both', CompiledCode>>> {
    const { params, own } = owned;
    const { dtype = 'f32', keep = [], world } = this.#options;
    const isApart = additions === 0 || (world !== undefined && world.size > 1);
    const compile = (code: RoutineSource, kept: typeof keep): Promise<CompiledCode> =>
      this.#all.compile(own ? rowsOfCode(code, own) : code, { dtype, keep: kept });
    const code = this.#code;
    const sent = params.filter(p => late?.params.has(p) !== true);
    const [merging, updating, both] = await Promise.all([
      additions > (isApart ? 0 : 1) && sent.length > 0 ? compile(code.merge(sent), []) : undefined,
      isApart ? compile(code.update(params), keep) : undefined,
      isApart ? undefined : compile(this.#lastOf(owned, late), keep),
    ]);
    return {
      ...(merging && { merge: merging }),
      ...(updating && { update: updating }),
      ...(both && { both }),
    };
  }

  /** The last addition, fused with the update. */
  #lastOf({ params, own }: Owned, late: LateGradients | undefined): RoutineSource {
    const whole = this.#code.mergeAndUpdate(params);
    const summed = late ? late.summed(whole) : whole;
    return own ? sumsForItself(summed, params) : summed;
  }
}

function gradientsOf(params: readonly Tensor[]): readonly Tensor['grad'][] {
  return params.map(p => p.grad);
}
