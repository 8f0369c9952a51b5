/** How a batch is divided, and in which order what comes of its parts is added up. */

/** Sizes that differ by one at most, the larger ones first. */
export function shardSizes(examples: number, shards: number): readonly number[] {
  const [each, more] = [Math.floor(examples / shards), examples % shards];
  return Array.from({ length: shards }, (_, i) => each + (i < more ? 1 : 0));
}

export interface Merge {
  /** What `src` has is added to what `dst` has. */
  readonly dst: number;
  readonly src: number;
}

/**
 * Rounds of pairwise additions, after which `owner` has the sum of all: shards of the second half are added
 * to those of the first, as the slides have it, or the other way where that is the way to the owner. Which
 * sums meet is the same for each owner, so the result is too, to the bit: addition commutes.
 */
export function mergeTree(shards: number, owner: number): readonly (readonly Merge[])[] {
  const rounds: (readonly Merge[])[] = [];
  let holders: readonly (number | undefined)[] = Array.from(
    { length: 2 ** Math.ceil(Math.log2(shards)) },
    (_, i) => (i < shards ? i : undefined),
  );
  for (let half = holders.length / 2; half >= 1; half /= 2) {
    const round: Merge[] = [];
    holders = holders.slice(0, half).map((low, i) => {
      const high = holders[i + half];
      if (low === undefined || high === undefined) return low ?? high;
      const [dst, src] = (owner & half) === 0 ? [low, high] : [high, low];
      round.push({ dst, src });
      return dst;
    });
    rounds.push(round);
  }
  return rounds;
}

/** Values added in the same order as the shards' gradients. */
export function treeSum(
  values: readonly number[],
  merges: readonly Merge[] = mergeTree(values.length, 0).flat(),
): number {
  const sums = [...values];
  for (const { dst, src } of merges) {
    sums[dst] = (sums[dst] ?? 0) + (sums[src] ?? 0);
  }
  return sums[0] ?? 0;
}

/**
 * Neighbours together until they have so many bytes: what is added up at a time. A rest that is smaller goes with
 * those before it.
 */
export function bucketsOf<Item>(
  items: readonly Item[],
  bytes: (item: Item) => number,
  least: number,
): readonly (readonly Item[])[] {
  const buckets: Item[][] = [];
  let size = Infinity;
  for (const item of items) {
    if (size >= least) {
      buckets.push([]);
      size = 0;
    }
    buckets.at(-1)?.push(item);
    size += bytes(item);
  }
  const rest = size < least && buckets.length > 1 ? buckets.pop() : undefined;
  buckets.at(-1)?.push(...(rest ?? []));
  return buckets;
}

/** Below so many cells for each, to divide the work of updates takes longer than it saves. */
export const leastCells = 16_384;

/**
 * Which shard updates which parameter, by their cells: one for each device at most, so that they work
 * at the same time, on about the same number of cells. `least`: how many make it worth while.
 */
export function ownersOf(
  cells: readonly number[],
  devices: number,
  least = leastCells,
): readonly number[] {
  const all = cells.reduce((sum, count) => sum + count, 0);
  const owners = Math.max(1, Math.min(devices, Math.floor(all / least)));
  return divideByCells(cells, owners);
}

/** The owner of each array: the largest first, always to the one who has the least. */
export function divideByCells(cells: readonly number[], owners: number): readonly number[] {
  const loads = Array<number>(owners).fill(0);
  const owned = cells.map(() => 0);
  const largestFirst = cells.map((_, i) => i).toSorted((a, b) => (cells[b] ?? 0) - (cells[a] ?? 0));
  for (const i of largestFirst) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + (cells[i] ?? 0);
    owned[i] = least;
  }
  return owned;
}
