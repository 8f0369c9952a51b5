/** Which shard updates what: small parameters as a whole, and some of the rows of large ones. */
import { inMemoryOrder, product, type RowRange } from '../../compiler/index.ts';
import type { Devices } from '../../runtime/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DataParallelOptions } from './data-parallel-options.ts';
import type { Replicas } from './replicas.ts';
import { isByRow, type OwnRows } from './rows-of-code.ts';
import type { ShardCode } from './shard-code.ts';
import { divideByCells, leastCells, ownersOf } from './shards.ts';

/** The gradients that one shard sums, and the parameters that it updates. */
export interface Owned {
  readonly params: readonly Tensor[];
  readonly shard: number;
  /** Its rows of the parameters that it shares with others. */
  readonly own: OwnRows | undefined;
}

interface Parts<Name extends string> {
  readonly all: Devices;
  readonly code: ShardCode<Name>;
  readonly replicas: Replicas<Name>;
  readonly options: DataParallelOptions<Name>;
}

/** By bucket. All ranks divide parameters alike, though their numbers of devices may differ. */
export function ownedBy<Name extends string>(parts: Parts<Name>): readonly Owned[] {
  const { all, code, replicas, options } = parts;
  const params = replicas.buckets.flat();
  const { isDivided, least } = code.division();
  const isByOne = !isDivided || options.world !== undefined;
  const most = isByOne ? 1 : Math.min(replicas.shards.length, all.all.length);
  const cells = params.map(p => product(dimsOf(p, options)));
  const owners = ownersOf(cells, most, least);
  const count = Math.max(...owners) + 1;
  if (mayShareRows(parts) && count > 1) return byRows(parts, params, count);
  const ownerOf = new Map(params.map((p, i) => [p, owners[i] ?? 0]));
  return replicas.buckets.flatMap(bucket =>
    [...new Set(bucket.map(p => ownerOf.get(p) ?? 0))].map(shard => {
      const owned = bucket.filter(p => ownerOf.get(p) === shard);
      return { shard, params: owned, own: undefined };
    }),
  );
}

/** If all devices see the same parameters, and the requested state of updates covers all cells. */
function mayShareRows<Name extends string>({ all, replicas, options }: Parts<Name>): boolean {
  const { keep = [], shardOptimizer = false } = options;
  const isOneArray = all.backend.sharesMemory && replicas.contexts.length === 1;
  return isOneArray && replicas.buckets.length === 1 && keep.length === 0 && !shardOptimizer;
}

/** Each owner has an equal number of rows of the large parameters, and some of the small ones. */
function byRows<Name extends string>(
  { code, options }: Parts<Name>,
  params: readonly Tensor[],
  owners: number,
): readonly Owned[] {
  const { dtype = 'f32' } = options;
  const shared = params.filter(p => {
    const dims = dimsOf(p, options);
    if (product(dims) < leastCells || (dims[0] ?? 0) < owners) return false;
    const linkable = code.mergeAndUpdate([p]).settle({ dtype, keep: [], name: undefined });
    return isByRow(linkable, p.grad.deviceArray(dtype));
  });
  const others = params.filter(p => !shared.includes(p));
  const ownerOf = divideByCells(
    others.map(p => product(dimsOf(p, options))),
    owners,
  );
  return Array.from({ length: owners }, (_, part) => {
    const whole = others.filter((_p, i) => ownerOf[i] === part);
    const rows = new Map(shared.map(p => [p, rowsOf(dimsOf(p, options), part, owners)]));
    return { shard: part, params: [...shared, ...whole], own: { part, rows } };
  });
}

function rowsOf([all = 0]: readonly number[], part: number, parts: number): RowRange {
  const [first, end] = [Math.floor((all * part) / parts), Math.floor((all * (part + 1)) / parts)];
  return { first, count: end - first };
}

function dimsOf<Name extends string>(
  p: Tensor,
  { dtype = 'f32' }: DataParallelOptions<Name>,
): readonly number[] {
  return inMemoryOrder(p.deviceArray(dtype).dims);
}
