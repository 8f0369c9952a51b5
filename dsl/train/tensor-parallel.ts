import {
  type AnyCells,
  type ArrayHandle,
  cellArrays,
  type DType,
  type Span,
  UserError,
  type Value,
} from '../../compiler/index.ts';
import {
  checkOptions,
  Context,
  Devices,
  HostArray,
  HostBuffer,
  type Indices,
  inProcess,
  promiseOf,
  type Routine,
} from '../../runtime/index.ts';
import { codeGiven } from '../arguments.ts';
import { devices } from '../einc.ts';
import type { Code } from '../graph/code.ts';
import { callSite } from '../language/call-site.ts';
import { World } from '../world/world.ts';
import { cutAxis, joinAxis, partsOf } from './axis-shares.ts';
import { type CodeStep, type DividedArray, dividedCode } from './divided-code.ts';
import { firstShares, holdShares } from './first-shares.ts';
import { handleTo } from './handle-to.ts';
import {
  checkTensorParallelOptions,
  type TensorParallelOptions,
} from './tensor-parallel-options.ts';

/**
 * Tensor parallelism: runs code on several devices, each of which has a slice of one axis: of the parameters along it, of
 * everything computed from them, of the optimiser's state for them. Where the code sums over the axis, the partial sums
 * of all devices are added up; nothing else is communicated. The other arrays are replicated.
 *
 *   const mlp = op`mlp(x) = { w2 } * relu({ b1; o = [hidden:512] } + { w1 } * x)`;
 *   const step = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate: 0.1 })]);
 *   using training = await tensorParallel(step, { axis: 'hidden', devices: 2 });
 *   await training.run();
 *
 * Rejects with a `UserError` for an axis that does not exist, whose size is not a multiple of the number of devices, or along which
 * the code does more than sums and element-wise operations.
 */
export function tensorParallel(
  code: Code,
  options: TensorParallelOptions,
): Promise<TensorParallel> {
  return promised(openTraining(code, options, callSite(tensorParallel)));
}

async function openTraining(
  code: Code,
  options: TensorParallelOptions,
  span: Span,
): Promise<TensorParallel> {
  const [source = code] = codeGiven([code], 'tensorParallel', span);
  checkTensorParallelOptions(options, span);
  const { axis: name, world, keep = [], seed = 0, dtype = 'f32', backend } = options;
  const linkable = source.settle({ dtype, keep, name: undefined });
  const given = options.devices ?? (world ? 1 : 'all');
  const isOpen = given instanceof Devices;
  const all = isOpen ? given : await devices({ count: given, ...(backend ? { backend } : {}) });
  try {
    const parts = world?.size ?? all.all.length;
    const { steps, arrays } = dividedCode(linkable, { name, parts, dtype, span });
    const training = new TensorParallel(all, { arrays, parts, world, seed, dtype, isOpen });
    await training.open(steps);
    return training;
  } catch (error) {
    if (!isOpen) all[Symbol.dispose]();
    throw error;
  }
}

/** A device of this process, and its communication with those that have the other slices. */
interface Rank {
  readonly ctx: Context;
  readonly world: World;
}

/** A step that all of them execute at the same time. */
type Step =
  | { readonly kind: 'run'; readonly routines: readonly Routine[] }
  | { readonly kind: 'sum'; readonly array: ArrayHandle };

interface Setup {
  readonly arrays: readonly DividedArray[];
  /** The number of devices, including those of other processes. */
  readonly parts: number;
  readonly world: World | undefined;
  readonly seed: number;
  readonly dtype: DType;
  /** Whether the devices belong to the caller, and stay open. */
  readonly isOpen: boolean;
}

export class TensorParallel implements Disposable {
  readonly #all: Devices;
  readonly #setup: Setup;
  readonly #ranks: readonly Rank[];
  #steps: readonly Step[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(all: Devices, setup: Setup) {
    const { world, seed, dtype } = setup;
    const worlds = world
      ? [world]
      : inProcess(all.all.length).map((ranks, localRank) => new World(ranks, { localRank }));
    this.#all = all;
    this.#setup = setup;
    this.#ranks = worlds.flatMap((own, i) => {
      const stream = all.all[i]?.stream();
      if (!stream) return [];
      return [{ ctx: new Context({ stream, owned: [stream] }, { seed, dtype }), world: own }];
    });
  }

  /** Compiles the code once and links it to the arrays of each device. */
  async open(steps: readonly CodeStep[]): Promise<void> {
    const { arrays, parts, dtype } = this.#setup;
    const [device] = this.#all.all;
    if (!device) return;
    const first = await firstShares(arrays, parts, device, this.#setup);
    for (const { ctx, world } of this.#ranks) await holdShares(ctx, world.rank, first);
    const runs = steps.flatMap(step => (step.kind === 'run' ? [step.source] : []));
    const codes = [...(await this.#all.compileAll(runs, { dtype }))];
    const linked: Step[] = [];
    for (const step of steps) {
      const code = step.kind === 'run' ? codes.shift() : undefined;
      if (step.kind === 'sum') linked.push(step);
      if (!code) continue;
      const routines: Routine[] = [];
      for (const { ctx } of this.#ranks) routines.push(await ctx.link(code));
      linked.push({ kind: 'run', routines });
    }
    this.#steps = linked;
  }

  /** The arrays that are summed over devices in a run, in order. */
  get sums(): readonly string[] {
    return this.#steps.flatMap(s => (s.kind === 'sum' ? [s.array.label ?? 'a tensor'] : []));
  }

  /** Runs the code once, after the previous runs. Resolves when all devices are done. */
  run(indices: Indices = {}): Promise<void> {
    const run = this.#last.then(() => this.#run(indices));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #run(indices: Indices): Promise<void> {
    const routines = this.#steps.flatMap(step => (step.kind === 'run' ? step.routines : []));
    const symbols = routines.flatMap(routine => routine.symbols.map(({ name }) => name));
    checkOptions('EINC0506', 'run', indices, [...new Set(symbols)], 'static symbol');
    for (const step of this.#steps) {
      if (step.kind === 'run') for (const routine of step.routines) routine.runAmong(indices);
      else {
        await Promise.all(this.#ranks.map(({ ctx, world }) => world.allReduce(ctx, [step.array])));
      }
    }
    await Promise.all(this.#ranks.map(({ ctx }) => ctx.idle()));
  }

  /** One number of a replicated array, such as a loss. Blocks until the device is done. */
  item(handle: ArrayHandle, cell = 0): number {
    const { axis, share } = this.#arrayOf(handle);
    if (axis === undefined) return this.#first.ctx.item(handleTo(share), cell);
    throw new UserError({
      code: 'EINC0545',
      message: `\`${share.label}\` is divided among devices, each of which has other cells of it`,
      help: ['read all of it: await training.read(…)'],
    });
  }

  /** The values of a tensor, assembled from all devices. All ranks of a world call it. */
  async read(handle: ArrayHandle): Promise<HostArray> {
    const array = this.#arrayOf(handle);
    const { whole, share, axis } = array;
    if (axis === undefined) return this.#first.ctx.read(handleTo(share));
    const { parts, world } = this.#setup;
    const shares = await Promise.all(this.#ranks.map(({ ctx }) => cellsOf(ctx, handleTo(share))));
    const [own] = shares;
    const all = world && own ? await inShares(world, whole.dtype, own) : shares;
    const cells = joinAxis(whole.dtype, all, partsOf(array, parts));
    return new HostArray(cells, whole.dtype, whole.dims);
  }

  /** Sets a tensor's values, given in memory order: each device gets its slice. */
  write(handle: ArrayHandle, values: ArrayLike<Value>): void {
    const array = this.#arrayOf(handle);
    const { whole, share, axis } = array;
    for (const { ctx, world } of this.#ranks) {
      const own =
        axis === undefined
          ? values
          : cutAxis(whole.dtype, values, world.rank, partsOf(array, this.#setup.parts));
      ctx.write(handleTo(share), own);
    }
  }

  /** The contents of the devices of this process. */
  memory(): readonly (ReturnType<Context['memory']> & { readonly device: string })[] {
    return this.#ranks.map(({ ctx }) => ({ device: ctx.device, ...ctx.memory() }));
  }

  get #first(): Rank {
    const [first] = this.#ranks;
    if (first) return first;
    throw new RangeError('no device');
  }

  #arrayOf(handle: ArrayHandle): DividedArray {
    const whole = handle.deviceArray(this.#setup.dtype);
    const known = this.#setup.arrays.find(array => array.whole === whole);
    return known ?? { whole, share: whole, axis: undefined };
  }

  /** Frees everything; devices passed in stay open. */
  [Symbol.dispose](): void {
    for (const { ctx } of this.#ranks) ctx[Symbol.dispose]();
    if (!this.#setup.isOpen) this.#all[Symbol.dispose]();
  }
}

function cellsOf(ctx: Context, handle: ArrayHandle): Promise<AnyCells> {
  return ctx.lend([handle], 'tensorParallel', ([buffer]) => {
    return Promise.resolve(buffer?.read() ?? new Float32Array(0));
  });
}

/** The part of an array that each rank has. */
async function inShares(world: World, dtype: DType, own: AnyCells): Promise<readonly AnyCells[]> {
  const all: AnyCells = new cellArrays[dtype](own.length * world.size);
  await world.collective.allGather(new HostBuffer(dtype, own), new HostBuffer(dtype, all));
  return Array.from({ length: world.size }, (_, rank) => {
    return all.slice(rank * own.length, (rank + 1) * own.length);
  });
}

const promised = promiseOf<TensorParallel>('tensorParallel', TensorParallel);
