/**
 * Chooses the order in which the tiles of a product begin. Blocks begin in the order of their numbers, and concurrent
 * blocks share what they read through the cache. Row by row, concurrent tiles are a few rows of tiles with all their
 * columns, so all columns come from memory again every few rows. In strips, each taken column by column, they are
 * nearer to a square.
 *
 *   for b < 64 block { for o < 32 block { … } }
 *   for strip < 8 block { for o < 32 block { for b < 8 block { … } } }      a row of tiles is 8·strip + b
 *
 * Triton calls this grouped ordering, CUTLASS threadblock swizzling. No bit depends on it.
 */
import { bytesOf } from '../../core/dtype.ts';
import { cellsOf, type TensorNode } from '../../core/tensor-node.ts';
import type { Contraction } from './contraction.ts';
import type { Gpu } from '../target.ts';
import type { BlockTile } from './tile-choice.ts';

/** How many rows of tiles form a strip; it divides their number. 1: row by row. */
export function tilesOfStrip(
  tile: Pick<BlockTile, 'rows' | 'columns'>,
  contraction: Contraction,
  { processors, lastCacheBytes }: Pick<Gpu, 'processors' | 'lastCacheBytes'>,
): number {
  if (bytesRead(contraction) <= lastCacheBytes) return 1;
  const down = Math.ceil(contraction.rows.extent / tile.rows);
  const across = Math.ceil(contraction.columns.extent / tile.columns);
  /** Rows and columns of cells that concurrent tiles read, per term. */
  const read = (strip: number): number => {
    const columns = Math.min(across, Math.ceil(processors / strip));
    const strips = Math.max(1, Math.ceil(processors / (strip * across)));
    return Math.min(down, strip * strips) * tile.rows + columns * tile.columns;
  };
  const possible = Array.from({ length: down }, (_, i) => i + 1).filter(n => down % n === 0);
  return possible.reduce((best, strip) => (read(strip) < read(best) ? strip : best), 1);
}

function bytesRead({ rowReads, columnReads }: Contraction): number {
  const nodes = new Set<TensorNode>([...rowReads, ...columnReads].map(({ node }) => node));
  return [...nodes].reduce((sum, node) => sum + cellsOf(node) * bytesOf[node.dtype], 0);
}
