/**
 * How many stages a tile has: copies of so many turns are in shared memory at once, of which one is being added while
 * the others arrive. A copy one turn ahead has the time of that turn, in all blocks of the processor, to arrive.
 * Where memory takes longer, as beside tensor cores, copies run two or three turns ahead. No further: shared memory
 * that waits for data keeps out other blocks, which would hide more latency.
 */
import { product } from '../../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared } from './shared-bytes.ts';
import type { Gpu, Groups } from '../target.ts';
import { type BlockTile, blocksOf, threadsOfShare } from './tile-choice.ts';

/** The tile with as many stages as pay, or as asked for; unchanged if those do not fit. */
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
  // Products of warpgroups run into the next turn, so their operands are in use one turn longer.
  const late = tile.share.of === 'group' ? 1 : 0;
  const enough = free.find(stages => (stages - 1 - late) * cycles >= gpu.memoryCycles);
  return { ...tile, stages: enough ?? free.at(-1) ?? tile.stages };
}

/** Warpgroups exist on one kind of GPU only, whose blocks have more shared memory. */
export function memoryOf({ share }: Pick<BlockTile, 'share'>, gpu: Gpu): Groups {
  return share.of === 'group' && gpu.groups ? gpu.groups : gpu;
}

/** Turns of the pipelined loop: over all terms, or, with leftover terms, over the innermost ones only. */
function turnsOf({ terms: count }: BlockTile, { terms }: Contraction): number {
  const extent = terms.at(-1)?.extent ?? 0;
  const outer = product(terms.slice(0, -1).map(loop => loop.extent));
  return Math.floor(extent / count) * (extent % count === 0 ? outer : 1);
}

/** How many blocks a processor runs at once, limited by their number, by registers and by shared memory. */
function blocksAtOnce(tile: BlockTile, bytes: number, contraction: Contraction, gpu: Gpu): number {
  const { rows, columns, share } = tile;
  const shares = (rows / share.rows) * (columns / share.columns);
  const threads = shares * threadsOfShare(share, gpu);
  const isLarge = (rows * columns) / threads > sumsOfThread;
  const registers = threads * (isLarge ? 2 : 1) * registersOfThread;
  const rooms = [
    registersOfProcessor / registers,
    memoryOf(tile, gpu).processorSharedBytes / bytesOfBlock(bytes),
  ];
  const own = Math.ceil(blocksOf(tile, contraction) / gpu.processors);
  return Math.max(1, Math.floor(Math.min(own, ...rooms)));
}

const registersOfProcessor = 2 ** 16;
/** Enough for 64 sums and their operands; with more sums a thread has twice as many. */
const registersOfThread = 128;
const sumsOfThread = 64;

/** The driver reserves 1 KiB per block. */
function bytesOfBlock(bytes: number): number {
  return bytes + 1024;
}

function cyclesOfTurn({ rows, columns, terms, share }: BlockTile, { rates }: Gpu): number {
  if (share.of === 'thread') return (rows * columns * terms) / rates.thread;
  return (rows * columns * terms) / (share.kind === 'tf32' ? rates.warp / 2 : rates.warp);
}
