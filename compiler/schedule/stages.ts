/**
 * Of how many turns the copies of a tile are in shared memory at once: one is added, the others come. A copy that
 * runs a turn ahead has the time of a turn, of all blocks that a processor has, to come; where that is shorter than
 * memory takes, as on tensor cores, it runs two or three turns ahead. No further: what waits in shared memory keeps
 * other blocks out, and these hide more.
 */
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared } from './shared-bytes.ts';
import type { Gpu, Groups } from './target.ts';
import { type BlockTile, blocksOf, threadsOfShare } from './tile-choice.ts';

/** The tile with as many stages as pay, or as are asked for; those of `tile` where these cannot be. */
export function withStages(
  tile: BlockTile,
  contraction: Contraction,
  gpu: Gpu,
  asked?: number,
): BlockTile {
  if (tile.stages === 1 || asked === 1) return { ...tile, stages: 1 };
  const { mostSharedBytes, processorSharedBytes } = memoryOf(tile, gpu);
  const bytes = (stages: number): number =>
    bytesShared(contraction, [tile.rows, tile.columns], { ...tile, stages });
  const most = Math.min(gpu.mostStages, turnsOf(tile, contraction));
  const possible = Array.from({ length: Math.max(1, most - 1) }, (_, i) => i + 2).filter(
    stages => stages === tile.stages || bytes(stages) <= mostSharedBytes,
  );
  if (asked !== undefined) return possible.includes(asked) ? { ...tile, stages: asked } : tile;
  const atOnce = blocksAtOnce(tile, bytes(tile.stages), contraction, gpu);
  const free = possible.filter(
    stages =>
      stages === tile.stages || atOnce * bytesOfBlock(bytes(stages)) <= processorSharedBytes,
  );
  const cycles = atOnce * cyclesOfTurn(tile, gpu);
  // Tensor cores of groups wait for nothing where the next turn begins before this one is done.
  const late = tile.share.of === 'group' ? 1 : 0;
  const enough = free.find(stages => (stages - 1 - late) * cycles >= gpu.memoryCycles);
  return { ...tile, stages: enough ?? free.at(-1) ?? tile.stages };
}

/** What a group of warps asks for only one kind of GPU has. */
export function memoryOf({ share }: Pick<BlockTile, 'share'>, gpu: Gpu): Groups {
  return share.of === 'group' && gpu.groups ? gpu.groups : gpu;
}

/** Of the loop whose copies run ahead: that over all terms, or, where some are left over, that over the innermost ones. */
function turnsOf({ terms: count }: BlockTile, { terms }: Contraction): number {
  const extent = terms.at(-1)?.extent ?? 0;
  const outer = product(terms.slice(0, -1).map(loop => loop.extent));
  return Math.floor(extent / count) * (extent % count === 0 ? outer : 1);
}

/** How many of them a processor has at once: no more than there are for it, or than it has room for. */
function blocksAtOnce(tile: BlockTile, bytes: number, contraction: Contraction, gpu: Gpu): number {
  const { rows, columns, share } = tile;
  const shares = (rows / share.rows) * (columns / share.columns);
  const threads = shares * threadsOfShare(share, gpu);
  const isLarge = (rows * columns) / threads > sumsOfThread;
  const registers = threads * (isLarge ? 2 : 1) * registersOfThread;
  const rooms = [
    registersThereAre / registers,
    memoryOf(tile, gpu).processorSharedBytes / bytesOfBlock(bytes),
  ];
  const own = Math.ceil(blocksOf(tile, contraction) / gpu.processors);
  return Math.max(1, Math.floor(Math.min(own, ...rooms)));
}

const registersThereAre = 2 ** 16;
/** So many are enough for 64 sums and what they are made of; for more there are twice as many. */
const registersOfThread = 128;
const sumsOfThread = 64;

/** A block takes a little for itself. */
function bytesOfBlock(bytes: number): number {
  return bytes + 1024;
}

function cyclesOfTurn({ rows, columns, terms, share }: BlockTile, { rates }: Gpu): number {
  if (share.of === 'thread') return (rows * columns * terms) / rates.thread;
  return (rows * columns * terms) / (share.kind === 'tf32' ? rates.warp / 2 : rates.warp);
}
