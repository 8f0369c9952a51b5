import { cellArrays, inMemoryOrder, product, type Span } from '../../compiler/index.ts';
import {
  type Context,
  type DeviceBuffer,
  HostBuffer,
  type Indices,
  type Routine,
  type StateArray,
} from '../../runtime/index.ts';
import { optionsGiven, tensorGiven, wrong } from '../arguments.ts';
import { sequence } from '../code.ts';
import { describe } from '../elaborate/hole.ts';
import type { Code } from '../graph/code.ts';
import type { ArrayRef, Tensor } from '../graph/tensor.ts';
import { callSite } from '../language/call-site.ts';
import { World } from '../world/world.ts';
import {
  copyOf,
  coupled,
  couplingOf,
  type DividedState,
  type KeptArray,
  keptArrays,
} from './kept-arrays.ts';
import { divideByCells } from './shards.ts';

export interface ShardOptimizerOptions {
  readonly world: World;
  /** The code that updates a parameter by its gradient: `p => sgdOne(p, { learningRate: 0.1 })`. */
  readonly update: (param: Tensor) => Code;
  /** What `item` and `read` are to find of the tensors that updates compute. */
  readonly keep?: readonly (Tensor | ArrayRef)[];
}

/**
 * An optimiser of which each process keeps its share (ZeRO-1): every parameter is updated by one rank, which
 * alone has what the optimiser keeps for it. The parameters are the same, to the bit, as when all ranks
 * add up all gradients and each updates everything.
 *
 *   const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
 *   const optimizer = await shardOptimizer(ctx, loss, { world, update: p => sgdOne(p, { … }) });
 *   backward.run({ n });
 *   await optimizer.step();
 *
 * All ranks call it, after they have compiled what computes the gradients. Rejects with a `UserError` for
 * options that are none, and for updates that need more than their own parameter.
 */
export async function shardOptimizer(
  ctx: Context,
  loss: Tensor,
  options: ShardOptimizerOptions,
): Promise<ShardOptimizer> {
  const span = callSite(shardOptimizer);
  tensorGiven(loss, 'shardOptimizer', span);
  checkOptions(options, span);
  const params = Object.values(loss.grad.tensor.params);
  const codes = new Map(params.map(p => [p, options.update(p)] as const));
  const updateOf = (p: Tensor): Code => codes.get(p) ?? options.update(p);
  const coupling = couplingOf(params, updateOf);
  if (coupling) throw coupled(coupling, span);
  const { world, keep = [] } = options;
  const cells = params.map(p => product(inMemoryOrder(p.deviceArray(ctx.dtype).dims)));
  const owners = divideByCells(cells, world.size);
  for (const p of params) await ctx.hold(p);
  const own = params.filter((_, i) => owners[i] === world.rank);
  const update =
    own.length > 0 ? await ctx.compile(sequence(own.map(updateOf)), { keep }) : undefined;
  return new ShardOptimizer(ctx, {
    world,
    params,
    owners,
    update,
    kept: keptArrays(params, updateOf),
  });
}

interface Setup {
  readonly world: World;
  readonly params: readonly Tensor[];
  /** The rank of each of them. */
  readonly owners: readonly number[];
  /** Of this rank's; undefined when there are fewer parameters than ranks and it has none. */
  readonly update: Routine | undefined;
  readonly kept: readonly KeptArray[];
}

export class ShardOptimizer implements DividedState {
  readonly world: World;
  readonly #ctx: Context;
  readonly #setup: Setup;

  constructor(ctx: Context, setup: Setup) {
    this.world = setup.world;
    this.#ctx = ctx;
    this.#setup = setup;
  }

  get seed(): number {
    return this.#ctx.seed;
  }

  /** The parameters that this rank updates. */
  get own(): readonly Tensor[] {
    const { params, owners } = this.#setup;
    return params.filter((_, i) => owners[i] === this.world.rank);
  }

  /** Adds up the gradients of all ranks, updates the parameters by them, and has all ranks get these. */
  async step(indices: Indices = {}): Promise<void> {
    const { world } = this;
    const { params, owners, update } = this.#setup;
    await world.reduceToOwners(
      this.#ctx,
      params.map(p => p.grad),
      owners,
    );
    update?.run(indices);
    await world.gatherFromOwners(this.#ctx, params, owners);
  }

  async gather(): Promise<readonly StateArray[]> {
    const state: StateArray[] = [];
    for (const kept of this.#setup.kept) {
      const owner = this.#ownerOf(kept);
      const copy = owner === this.world.rank ? await copyOf(kept, this.#ctx) : this.#empty(kept);
      await this.#broadcast(copy.buffer, owner, kept);
      state.push(copy);
    }
    return state;
  }

  async scatter(state: readonly StateArray[]): Promise<void> {
    const found = new Map(state.map(({ name, buffer }) => [name, buffer]));
    for (const kept of this.#setup.kept) {
      const buffer = found.get(kept.name) ?? this.#empty(kept).buffer;
      await this.#broadcast(buffer, 0, kept);
      const isHere = kept.array.tensor === kept.of || this.#ownerOf(kept) === this.world.rank;
      if (isHere) this.#ctx.write(kept.array, buffer.read());
    }
  }

  async #broadcast(buffer: DeviceBuffer, root: number, { name }: KeptArray): Promise<void> {
    await this.world.collective.broadcast(buffer, root, { about: name });
  }

  #ownerOf({ of }: KeptArray): number {
    const { params, owners } = this.#setup;
    return owners[params.indexOf(of)] ?? 0;
  }

  /** In its shape, for what its owner sends. */
  #empty({ name, array }: KeptArray): StateArray {
    const { dtype, dims: rows } = array.deviceArray(this.#ctx.dtype);
    const dims = inMemoryOrder(rows);
    return { name, dims, buffer: new HostBuffer(dtype, new cellArrays[dtype](product(dims))) };
  }
}

/** Types do not reach callers in JavaScript. */
function checkOptions(options: unknown, span: Span): void {
  const example = '{ world: await joinWorld(), update: p => … }';
  const names = ['world', 'update', 'keep'];
  const given = optionsGiven('EINC0540', 'shardOptimizer', options, { names, example, span });
  const { world, update } = given;
  if (!(world instanceof World)) {
    const message = `the option \`world\` of \`shardOptimizer\` is a world, not ${describe(world)}`;
    throw wrong('EINC0540', message, span, [`write ${example}`]);
  }
  if (typeof update === 'function') return;
  const message = `the option \`update\` of \`shardOptimizer\` is a function of a parameter, not ${describe(update)}`;
  throw wrong('EINC0540', message, span);
}
