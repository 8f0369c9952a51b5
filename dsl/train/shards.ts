/** How a batch is divided into shards, and in which order their gradients are added up. */

/** Sizes that differ by at most one, larger ones first. */
export function shardSizes(examples: number, shards: number): readonly number[] {
  const [each, more] = [Math.floor(examples / shards), examples % shards];
  return Array.from({ length: shards }, (_, i) => each + (i < more ? 1 : 0));
}

export interface Merge {
  /** `src` is added to `dst`. */
  readonly dst: number;
  readonly src: number;
}

/**
 * Rounds of pairwise additions, after which `owner` has the sum of all: shards of the second half are added to those of the
 * first, or the other way round if that is the way to the owner. The pairs are the same for every owner, and addition
 * commutes, so the result is the same to the bit.
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
 * Groups neighbouring items until a group has so many bytes; the gradients of a group are added up together. A smaller
 * remainder joins the last group.
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

/** With fewer cells per owner, dividing the work of updates costs more than it saves. */
export const leastCells = 16_384;

/**
 * Which shard updates which parameter, balanced by cells, with at most one owner per device, so that owners work at the
 * same time. `least`: cells that make another owner worthwhile.
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

/** The owner of each array: the largest arrays first, each to the owner with the fewest cells so far. */
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
