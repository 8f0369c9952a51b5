/** Collectives on arrays that each belong to one rank: they move as much data as an all-reduce of all arrays. */
import { type AnyCells, cellArrays, type DType } from '../../compiler/index.ts';
import { type Collective, HostBuffer } from '../../runtime/index.ts';
import { aboutOf, copy, type Named } from './pack.ts';

export interface Owned extends Named {
  /** The rank in charge. */
  readonly owner: number;
}

/** Each array becomes, on its owner, the sum of what the ranks have; elsewhere it means nothing then. */
export async function sumToOwners(collective: Collective, all: readonly Owned[]): Promise<void> {
  for (const { dtype, large, blocks, cells, about } of layouts(all, collective.size)) {
    for (const { buffer, name } of large) await collective.allReduce(buffer, { about: name });
    if (cells === 0) continue;
    const whole: AnyCells = new cellArrays[dtype](cells * collective.size);
    blocks.forEach((block, rank) => {
      for (const { buffer, at } of block) copy(buffer.read(), whole, rank * cells + at);
    });
    const own: AnyCells = new cellArrays[dtype](cells);
    const [sent, received] = [new HostBuffer(dtype, whole), new HostBuffer(dtype, own)] as const;
    await collective.reduceScatter(sent, received, { about });
    for (const { buffer, at } of blocks[collective.rank] ?? []) {
      buffer.write(own.subarray(at, at + buffer.cells));
    }
  }
}

/** Each array becomes, on all ranks, what it is on its owner. */
export async function spreadFromOwners(
  collective: Collective,
  all: readonly Owned[],
): Promise<void> {
  for (const { dtype, large, blocks, cells, about } of layouts(all, collective.size)) {
    for (const { buffer, owner, name } of large) {
      await collective.broadcast(buffer, owner, { about: name });
    }
    if (cells === 0) continue;
    const own: AnyCells = new cellArrays[dtype](cells);
    for (const { buffer, at } of blocks[collective.rank] ?? []) copy(buffer.read(), own, at);
    const whole: AnyCells = new cellArrays[dtype](cells * collective.size);
    const [sent, received] = [new HostBuffer(dtype, own), new HostBuffer(dtype, whole)] as const;
    await collective.allGather(sent, received, { about });
    blocks.forEach((block, rank) => {
      if (rank === collective.rank) return;
      for (const { buffer, at } of block) {
        buffer.write(whole.subarray(rank * cells + at, rank * cells + at + buffer.cells));
      }
    });
  }
}

interface Placed extends Owned {
  /** Where it begins in its owner's block. */
  readonly at: number;
}

/** How arrays of a dtype lie one after the other: a block for each owner, all of the same length. */
interface Layout {
  readonly dtype: DType;
  /** Those that travel alone. */
  readonly large: readonly Owned[];
  readonly blocks: readonly (readonly Placed[])[];
  /** Of each block. */
  readonly cells: number;
  readonly about: string;
}

/**
 * Blocks are as long as the longest one. An array that is more than a rank's fair share by itself would
 * make them all long, so it travels alone.
 */
function layouts(all: readonly Owned[], ranks: number): readonly Layout[] {
  return [...new Set(all.map(({ buffer }) => buffer.dtype))].map(dtype => {
    const own = all.filter(({ buffer }) => buffer.dtype === dtype);
    const share = own.reduce((sum, { buffer }) => sum + buffer.cells, 0) / ranks;
    const small = own.filter(({ buffer }) => buffer.cells <= share);
    const lengths = Array<number>(ranks).fill(0);
    const placed = small.map((array): Placed => {
      const at = lengths[array.owner] ?? 0;
      lengths[array.owner] = at + array.buffer.cells;
      return { ...array, at };
    });
    return {
      dtype,
      large: own.filter(({ buffer }) => buffer.cells > share),
      blocks: lengths.map((_, rank) => placed.filter(({ owner }) => owner === rank)),
      cells: Math.max(...lengths),
      about: aboutOf(small),
    };
  });
}
