import type { ArrayHandle } from '../../compiler/index.ts';
import {
  type Collective,
  type Context,
  type DeviceBuffer,
  HostBuffer,
  type Launch,
  type ReduceOp,
  shareOf,
} from '../../runtime/index.ts';
import { type Owned, spreadFromOwners, sumToOwners } from './owned.ts';
import { type Named, packed } from './pack.ts';

export interface AllReduceOptions {
  /** What becomes of the numbers that ranks have for a cell: `sum` when left out. */
  readonly op?: ReduceOp;
}

/**
 * The processes that run this program together, each with a context of its own. All call the same
 * functions in the same order. What is computed has the same bits on all ranks.
 */
export class World implements Disposable {
  /** Of this process, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Of this process among those of its machine, from 0: which of several devices to take. */
  readonly localRank: number;
  /** How they speak, for what has no call here. */
  readonly collective: Collective;

  constructor(collective: Collective, { localRank }: Pick<Launch, 'localRank'>) {
    this.rank = collective.rank;
    this.size = collective.size;
    this.localRank = localRank;
    this.collective = collective;
  }

  /** Whether this process is the one that speaks for all: that saves and prints. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  /** The part of `cells` things that is for this rank: all of them once, in order. */
  share(cells: number): { readonly first: number; readonly count: number } {
    return shareOf(cells, this.rank, this.size);
  }

  /** Each tensor becomes, on all ranks, the sum of what the ranks have. Await it before the next run. */
  async allReduce(
    ctx: Context,
    tensors: readonly ArrayHandle[],
    { op = 'sum' }: AllReduceOptions = {},
  ): Promise<void> {
    if (this.size === 1) return;
    await ctx.lend(tensors, 'allReduce', buffers =>
      packed(named(buffers, tensors), (buffer, about) =>
        this.collective.allReduce(buffer, { op, about }),
      ),
    );
  }

  /** Each tensor becomes what it is on one rank, the first if none is named. */
  async broadcast(ctx: Context, tensors: readonly ArrayHandle[], root = 0): Promise<void> {
    if (this.size === 1) return;
    await ctx.lend(tensors, 'broadcast', buffers =>
      packed(named(buffers, tensors), (buffer, about) =>
        this.collective.broadcast(buffer, root, { about }),
      ),
    );
  }

  /** All that the context's routines carry from run to run becomes what it is on the first rank. */
  async broadcastState(ctx: Context): Promise<void> {
    if (this.size === 1) return;
    await ctx.lendState('broadcastState', state =>
      packed(state, (buffer, about) => this.collective.broadcast(buffer, 0, { about })),
    );
  }

  /**
   * The i-th tensor becomes, on the rank `owners[i]`, the sum of what the ranks have. On the others it
   * means nothing after that.
   */
  async reduceToOwners(
    ctx: Context,
    tensors: readonly ArrayHandle[],
    owners: readonly number[],
  ): Promise<void> {
    if (this.size === 1) return;
    await ctx.lend(tensors, 'reduceToOwners', buffers =>
      sumToOwners(this.collective, owned(buffers, tensors, owners)),
    );
  }

  /** The i-th tensor becomes, on all ranks, what it is on the rank `owners[i]`. */
  async gatherFromOwners(
    ctx: Context,
    tensors: readonly ArrayHandle[],
    owners: readonly number[],
  ): Promise<void> {
    if (this.size === 1) return;
    await ctx.lend(tensors, 'gatherFromOwners', buffers =>
      spreadFromOwners(this.collective, owned(buffers, tensors, owners)),
    );
  }

  /** Numbers of the host, combined cell by cell in f64. */
  async allReduceValues(
    values: readonly number[],
    { op = 'sum' }: AllReduceOptions = {},
  ): Promise<readonly number[]> {
    const cells = Float64Array.from(values);
    await this.collective.allReduce(new HostBuffer('f64', cells), { op });
    return Array.from(cells);
  }

  /** Resolves when all ranks have come here. */
  async barrier(): Promise<void> {
    await this.collective.barrier();
  }

  /** Waits until all ranks are done. The end of the program does it too. */
  [Symbol.dispose](): void {
    this.collective[Symbol.dispose]();
  }
}

function named(
  buffers: readonly DeviceBuffer[],
  tensors: readonly ArrayHandle[],
): readonly Named[] {
  return buffers.map((buffer, i) => ({ buffer, name: tensors[i]?.label ?? 'a tensor' }));
}

function owned(
  buffers: readonly DeviceBuffer[],
  tensors: readonly ArrayHandle[],
  owners: readonly number[],
): readonly Owned[] {
  return named(buffers, tensors).map((one, i) => ({ ...one, owner: owners[i] ?? 0 }));
}
