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
import { cdAt } from '../cd.ts';
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
  /** The code that updates a parameter from its gradient: `p => sgdOne(p, { learningRate: 0.1 })`. */
  readonly update: (param: Tensor) => Code;
  /** Tensors computed by updates that `item` and `read` should be able to read. */
  readonly keep?: readonly (Tensor | ArrayRef)[];
}

/**
 * An optimiser whose state is divided among processes (ZeRO-1): every parameter is updated by one rank, which
 * alone stores the optimiser's state for it. The parameters are bit-identical to those of all ranks
 * summing all gradients and updating everything.
 *
 *   const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
 *   const optimizer = await shardOptimizer(ctx, loss, { world, update: p => sgdOne(p, { … }) });
 *   backward.run({ n });
 *   await optimizer.step();
 *
 * All ranks call it, after they have compiled the code that computes the gradients. Rejects with a `UserError` for
 * invalid options, and for updates that use other parameters than their own.
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
    own.length > 0 ? await ctx.compile(cdAt(span)`${own.map(updateOf)}`, { keep }) : undefined;
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
  /** The rank that owns each of them. */
  readonly owners: readonly number[];
  /** The update of this rank's parameters; undefined if there are fewer parameters than ranks and it has none. */
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

  /** Sums the gradients over all ranks, updates the parameters, and sends them to all ranks. */
  async step(indices: Indices = {}): Promise<void> {
    const { world } = this;
    const { params, owners, update } = this.#setup;
    await world.reduceToOwners(
      this.#ctx,
      params.map(p => p.grad),
      owners,
    );
    update?.runAmong(indices);
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

  /** Has its shape, to receive what its owner sends. */
  #empty({ name, array }: KeptArray): StateArray {
    const { dtype, dims: rows } = array.deviceArray(this.#ctx.dtype);
    const dims = inMemoryOrder(rows);
    return { name, dims, buffer: new HostBuffer(dtype, new cellArrays[dtype](product(dims))) };
  }
}

/** Checks for callers in JavaScript, who have no types. */
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
