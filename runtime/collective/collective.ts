/**
 * What several ranks do together: each has memory of its own, all call the same functions in the same
 * order. `InProcess` here and the transports of `backends/` implement it.
 */
import type { DeviceBuffer } from '../backend.ts';

export type ReduceOp = 'sum' | 'max' | 'min';
export const reduceOps = ['sum', 'max', 'min'] as const satisfies readonly ReduceOp[];

/**
 * Calls of one rank run one after the other, in their order. A buffer belongs to its call until that
 * resolves. A failure is a `BackendError` or a `UserError`; after it every call of this rank fails.
 *
 * Parts are combined by one tree over ranks, `((0 + 1) + (2 + 3)) + 4`, whatever the transport and
 * however large the array: results have the same bits in all ranks and with all transports. Narrow floats
 * are added as f32 and rounded once.
 */
export interface Collective extends Disposable {
  /** From 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /** Each cell of every rank's buffer becomes the sum of what all ranks had there. */
  allReduce(buffer: DeviceBuffer, options?: ReduceOptions): Promise<void>;
  /** `to` gets this rank's share of what `allReduce` would make of `from`; the shares are `shareOf`. */
  reduceScatter(from: DeviceBuffer, to: DeviceBuffer, options?: ReduceOptions): Promise<void>;
  /** `to` gets `from` of rank 0, then that of rank 1, …; each has the length that `shareOf` says. */
  allGather(from: DeviceBuffer, to: DeviceBuffer, options?: CallOptions): Promise<void>;
  /** Every rank's buffer becomes what it is on rank `root`. */
  broadcast(buffer: DeviceBuffer, root: number, options?: CallOptions): Promise<void>;
  /** Resolves when all ranks have come here. */
  barrier(options?: CallOptions): Promise<void>;
  /** Sends `out` to one rank and receives `into` from another; only these two need to take part. */
  sendRecv(out: DeviceBuffer, into: DeviceBuffer, options: SendRecvOptions): Promise<void>;
}

export interface CallOptions {
  /** Names of tensors, for messages about the call. */
  readonly about?: string | undefined;
}

export interface ReduceOptions extends CallOptions {
  /** `sum` when left out. */
  readonly op?: ReduceOp | undefined;
}

export interface SendRecvOptions extends CallOptions {
  readonly to: number;
  readonly from: number;
}

export type CollectiveName = Exclude<keyof Collective, 'rank' | 'size' | symbol>;

/**
 * The share of a rank in `cells`: where it begins and how long it is. Where it does not divide, the first
 * ranks have one more.
 */
export function shareOf(
  cells: number,
  rank: number,
  size: number,
): { readonly first: number; readonly count: number } {
  const [each, more] = [Math.floor(cells / size), cells % size];
  return { first: each * rank + Math.min(rank, more), count: each + (rank < more ? 1 : 0) };
}
