/** Contexts of data-parallel training: where the parameters are, and for each shard its gradients. */
import {
  type CompiledCode,
  Context,
  type Devices,
  deviceToDevice,
  type Indices,
  type Routine,
  type Run,
} from '../../runtime/index.ts';
import { sequence } from '../code.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DataParallelOptions } from './data-parallel-options.ts';
import type { ShardCode } from './shard-code.ts';
import { type Merge, mergeTree, ownersOf } from './shards.ts';

export interface Shard {
  readonly ctx: Context;
  /** By the number of examples. */
  readonly gradients: Map<number, Routine>;
}

/** The shard that has the sum of these gradients in the end, and updates by it. */
interface Owner {
  readonly params: readonly Tensor[];
  readonly rounds: readonly { readonly pair: Merge; readonly merge: Routine }[];
  readonly update: Routine;
  readonly shard: number;
}

export interface DeviceMemory {
  readonly name: string;
  /** Of all arrays that outlive a run. */
  readonly bytes: number;
}

export class Replicas<Name extends string> implements Disposable {
  readonly shards: readonly Shard[];
  /** Of the parameters: one that all devices read, or one for each. */
  readonly #contexts: readonly Context[];
  readonly #all: Devices;
  readonly #code: ShardCode<Name>;
  readonly #options: DataParallelOptions<Name>;
  readonly #compiled = new Map<number, Promise<CompiledCode>>();
  #owners: readonly Owner[] = [];

  static async open<Name extends string>(
    all: Devices,
    code: ShardCode<Name>,
    options: DataParallelOptions<Name>,
  ): Promise<Replicas<Name>> {
    const replicas = new Replicas(all, code, options);
    for (const ctx of replicas.#contexts) for (const p of code.params) await ctx.hold(p);
    if (replicas.shards.length > 1) replicas.#owners = await replicas.#linkOwners();
    return replicas;
  }

  private constructor(all: Devices, code: ShardCode<Name>, options: DataParallelOptions<Name>) {
    const { seed = 0, dtype = 'f32', shards = all.all.length } = options;
    const isShared =
      (options.parameters ?? (all.backend.sharesMemory ? 'point' : 'copy')) === 'point';
    const streams = all.all.slice(0, shards).map(device => device.stream());
    const open = (stream: (typeof streams)[number]): Context =>
      new Context({ stream, owned: [] }, { seed, dtype });
    this.#contexts = (isShared ? streams.slice(0, 1) : streams).map(open);
    this.#all = all;
    this.#code = code;
    this.#options = options;
    this.shards = Array.from({ length: shards }, (_, i) => {
      const parent = turn(this.#contexts, i);
      return { ctx: parent.child({ stream: turn(streams, i) }), gradients: new Map() };
    });
  }

  /** The first of those with the parameters. */
  get first(): Context {
    return turn(this.#contexts, 0);
  }

  /** What computes the gradients of so many examples in a shard; of the only shard also the update. */
  async gradient(shard: Shard, count: number): Promise<Routine> {
    const known = shard.gradients.get(count);
    if (known) return known;
    const code = this.#compiled.get(count) ?? this.#compileGradient(count);
    this.#compiled.set(count, code);
    const routine = await shard.ctx.link(await code);
    shard.gradients.set(count, routine);
    return routine;
  }

  #compileGradient(count: number): Promise<CompiledCode> {
    const { params } = this.#code;
    const { dtype = 'f32', keep = [] } = this.#options;
    if (this.shards.length === 1) {
      const whole = [this.#code.part(count).gradient, this.#code.update(params)];
      return this.#all.compile(sequence(whole), { dtype, keep });
    }
    const code = count === 0 ? this.#code.zeroGradients() : this.#code.part(count).gradient;
    return this.#all.compile(code, { dtype, keep: params.map(p => p.grad) });
  }

  async #linkOwners(): Promise<readonly Owner[]> {
    const { params } = this.#code;
    const { dtype = 'f32', keep = [] } = this.#options;
    const cells = params.map(p => this.first.readSync(p).data.length);
    const most = Math.min(this.shards.length, this.#all.all.length);
    const { isDivided, least } = this.#code.division();
    const owners = ownersOf(cells, isDivided ? most : 1, least);
    const groups = [...new Set(owners)].map(shard => {
      return { shard, params: params.filter((_, i) => owners[i] === shard) };
    });
    const merges = groups.map(group => this.#code.merge(group.params));
    const updates = groups.map(group => this.#code.update(group.params));
    const [merging, updating] = await Promise.all([
      this.#all.compileAll(merges, { dtype }),
      this.#all.compileAll(updates, { dtype, keep }),
    ]);
    return Promise.all(
      groups.map(async ({ shard, params: own }, g) => {
        const receives = own.map(p => p.grad);
        const pairs = mergeTree(this.shards.length, shard).flat();
        const rounds = [];
        for (const pair of pairs) {
          const { ctx } = turn(this.shards, pair.dst);
          rounds.push({ pair, merge: await ctx.link(turn(merging, g), { receives }) });
        }
        const update = await turn(this.shards, shard).ctx.link(turn(updating, g));
        return { shard, params: own, rounds, update };
      }),
    );
  }

  /** Adds up the gradients of all shards, updates the parameters by them and sends these to all. */
  update(indices: Indices): readonly Run[] {
    for (const { params, rounds } of this.#owners) {
      for (const { pair, merge } of rounds) {
        this.#send(params, pair);
        merge.run();
      }
    }
    return this.#owners.flatMap(({ params, update, shard }) => {
      const run = update.run(indices);
      const updated = turn(this.#contexts, shard);
      const others = this.#contexts.filter(ctx => ctx !== updated);
      return [
        run,
        ...others.flatMap(dst => params.map(p => deviceToDevice(p, { dst, src: updated }))),
      ];
    });
  }

  /** Where the update of a parameter is done, and what it keeps lies. */
  ownerOf(param: Tensor): Context {
    const owner = this.#owners.find(({ params }) => params.includes(param));
    return turn(this.shards, owner?.shard ?? 0).ctx;
  }

  /** All that hold the parameters. */
  get contexts(): readonly Context[] {
    return this.#contexts;
  }

  memory(): readonly DeviceMemory[] {
    const bytes = new Map<string, number>();
    for (const ctx of [...this.#contexts, ...this.shards.map(shard => shard.ctx)]) {
      bytes.set(ctx.device, (bytes.get(ctx.device) ?? 0) + ctx.memory().bytes);
    }
    return [...bytes].map(([name, held]) => ({ name, bytes: held }));
  }

  #send(params: readonly Tensor[], { dst, src }: Merge): void {
    const intoMergeBuffer = this.#all.backend.sharesMemory ? 'point' : 'copy';
    const ends = { dst: turn(this.shards, dst).ctx, src: turn(this.shards, src).ctx };
    for (const p of params) deviceToDevice(p.grad, { intoMergeBuffer, ...ends });
  }

  [Symbol.dispose](): void {
    for (const ctx of this.#contexts) ctx[Symbol.dispose]();
  }
}

/** The i-th, round and round. */
function turn<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length];
  if (found === undefined) throw new RangeError(`nothing at ${i}`);
  return found;
}
