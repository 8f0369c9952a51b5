/** Contexts of data-parallel training: those of the parameters, and one per shard for its gradients. */
import {
  type CompiledCode,
  Context,
  type Devices,
  type DeviceStream,
  type Routine,
} from '../../runtime/index.ts';
import {
  bytesOf as bytesOfCell,
  type DType,
  inMemoryOrder,
  product,
  type RoutineSource,
} from '../../compiler/index.ts';
import { sequence } from '../code.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DataParallelOptions } from './data-parallel-options.ts';
import { type LateGradients, lateGradients, type LatePart } from './late-gradients.ts';
import type { ShardCode } from './shard-code.ts';
import { bucketsOf } from './shards.ts';

export interface Shard {
  /** The context of the examples and the gradients. */
  readonly ctx: Context;
  /** For gradient sums: on a stream of its own if these start before all gradients are complete. */
  readonly after: Context;
  readonly device: string;
  /** The routines that compute the gradients, stage by stage, by the number of examples. */
  readonly gradients: Map<number, readonly Routine[]>;
}

/** The size of a bucket: more buckets cost more than the overlap gains. */
const leastBucketBytes = 1 << 20;

export interface DeviceMemory {
  readonly name: string;
  /** The size of all arrays that outlive a run. */
  readonly bytes: number;
}

export class Replicas<Name extends string> implements Disposable {
  readonly shards: readonly Shard[];
  /** The contexts of the parameters: one that all devices read, or one for each. */
  readonly contexts: readonly Context[];
  /** Buckets: parameters whose gradients are summed together, in order of completion. */
  readonly buckets: readonly (readonly Tensor[])[];
  /** Whether a single routine does the whole step. */
  readonly isAlone: boolean;
  readonly streams: readonly DeviceStream[];
  readonly #all: Devices;
  readonly #code: ShardCode<Name>;
  readonly #options: DataParallelOptions<Name>;
  readonly #early = new Map<RoutineSource, Promise<CompiledCode>>();
  readonly #compiled = new Map<number, Promise<readonly CompiledCode[]>>();

  static async open<Name extends string>(
    all: Devices,
    code: ShardCode<Name>,
    options: DataParallelOptions<Name>,
  ): Promise<Replicas<Name>> {
    const replicas = new Replicas(all, code, options);
    for (const ctx of replicas.contexts) for (const p of code.params) await ctx.hold(p);
    if (replicas.isAlone) return replicas;
    for (const { ctx } of replicas.shards) for (const p of code.params) await ctx.hold(p.grad);
    return replicas;
  }

  private constructor(all: Devices, code: ShardCode<Name>, options: DataParallelOptions<Name>) {
    const { seed = 0, dtype = 'f32', shards = all.all.length, bucketBytes } = options;
    const isShared =
      (options.parameters ?? (all.backend.sharesMemory ? 'point' : 'copy')) === 'point';
    const used = all.all.slice(0, shards);
    const streams = used.map(device => device.stream());
    const open = (stream: DeviceStream): Context =>
      new Context({ stream, owned: [] }, { seed, dtype });
    this.isAlone = shards === 1 && (options.world?.size ?? 1) === 1;
    this.contexts = (isShared ? streams.slice(0, 1) : streams).map(open);
    this.#all = all;
    this.#code = code;
    this.#options = options;
    this.buckets = this.#inBuckets(
      bucketBytes ?? (this.#isIdleWhileAdding ? leastBucketBytes : Infinity),
    );
    const afters = this.buckets.length === 1 ? streams : used.map(device => device.stream());
    this.streams = [...new Set([...streams, ...afters])];
    this.shards = Array.from({ length: shards }, (_, i) => {
      const ctx = turn(this.contexts, i).child({ stream: turn(streams, i) });
      const after = this.buckets.length === 1 ? ctx : ctx.child({ stream: turn(afters, i) });
      return { ctx, after, device: ctx.device, gradients: new Map<number, readonly Routine[]>() };
    });
  }

  /** A single bucket if more gain nothing, or if an update needs gradients of several parameters. */
  #inBuckets(least: number): readonly (readonly Tensor[])[] {
    const { dtype = 'f32' } = this.#options;
    const isWhole = this.isAlone || least === Infinity || !this.#code.division().isDivided;
    if (isWhole) return [this.#code.params];
    return bucketsOf(this.#code.paramsAsDone, p => bytesOf(p, dtype), least);
  }

  /** Whether summing gradients does not use the cores: a network does it, or copies between devices. */
  get #isIdleWhileAdding(): boolean {
    return !this.#all.backend.sharesMemory || (this.#options.world?.size ?? 1) > 1;
  }

  /** The first of the contexts with the parameters. */
  get first(): Context {
    return turn(this.contexts, 0);
  }

  /**
   * The routine that computes the gradients of so many examples in a shard; for a single shard it includes the
   * update.
   */
  async gradient(shard: Shard, count: number): Promise<readonly Routine[]> {
    const known = shard.gradients.get(count);
    if (known) return known;
    const codes = this.#compiled.get(count) ?? this.#compileGradient(count);
    this.#compiled.set(count, codes);
    const routines: Routine[] = [];
    for (const code of await codes) routines.push(await shard.ctx.link(code));
    shard.gradients.set(count, routines);
    return routines;
  }

  /** Late gradients, whose operands must be complete for all examples, for a batch of parts of these sizes. */
  lateGradients(sizes: readonly number[]): LateGradients | undefined {
    const { dtype = 'f32', keep = [], world, shardOptimizer, parameters } = this.#options;
    const isAlike = world === undefined && keep.length === 0 && shardOptimizer !== true;
    const isShared = this.#all.backend.sharesMemory && parameters !== 'copy';
    const isAtOnce = !this.isAlone && this.buckets.length === 1 && !sizes.includes(0);
    if (!isAlike || !isShared || !isAtOnce || !this.#code.division().isDivided) return undefined;
    return lateGradients(this.#code, sizes, dtype);
  }

  /** Computes the other gradients, in a context whose rows of arrays over all examples start at that example. */
  async early(
    { ctx: above }: Shard,
    { code, rows }: LatePart,
    { shard, first }: { readonly shard: number; readonly first: number },
  ): Promise<{ readonly ctx: Context; readonly routines: readonly Routine[] }> {
    const { dtype = 'f32' } = this.#options;
    const ctx = above.child();
    for (const { whole, own, cells } of rows) {
      await this.first.hold(whole);
      ctx.place(own, whole, { part: shard, first: first * cells });
    }
    const compiled = this.#early.get(code) ?? this.#all.compile(code, { dtype });
    this.#early.set(code, compiled);
    return { ctx, routines: [await ctx.link(await compiled)] };
  }

  async #compileGradient(count: number): Promise<readonly CompiledCode[]> {
    const { params } = this.#code;
    const { dtype = 'f32', keep = [] } = this.#options;
    if (this.isAlone) {
      const whole = [this.#code.part(count).gradient, this.#code.update(params)];
      return this.#all.compileAll([sequence(whole)], { dtype, keep });
    }
    const stages = this.#code.stages(count, this.buckets);
    return Promise.all(
      stages.map(({ code, keep: kept }) => this.#all.compile(code, { dtype, keep: kept })),
    );
  }

  memory(): readonly DeviceMemory[] {
    const all = [...this.contexts, ...this.shards.flatMap(({ ctx, after }) => [ctx, after])];
    const bytes = new Map<string, number>();
    for (const ctx of new Set(all)) {
      bytes.set(ctx.device, (bytes.get(ctx.device) ?? 0) + ctx.memory().bytes);
    }
    return [...bytes].map(([name, held]) => ({ name, bytes: held }));
  }

  [Symbol.dispose](): void {
    for (const ctx of this.contexts) ctx[Symbol.dispose]();
    for (const stream of this.streams) stream[Symbol.dispose]();
  }
}

function bytesOf(p: Tensor, dtype: DType): number {
  const array = p.deviceArray(dtype);
  return product(inMemoryOrder(array.dims)) * bytesOfCell[array.dtype];
}

/** The i-th, cyclically. */
export function turn<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length];
  if (found === undefined) throw new RangeError(`nothing at ${i}`);
  return found;
}
