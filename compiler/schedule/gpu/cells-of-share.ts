/** The implementation of `TileCells` for a tile's kind of share. */
import type { Names } from '../../core/names.ts';
import { MatrixCells } from './matrix-cells.ts';
import { ThreadCells } from './thread-cells.ts';
import type { TileCells } from './tile-cells.ts';
import type { BlockTile } from './tile-choice.ts';

export function cellsOf(tile: BlockTile, names: Names): TileCells {
  const { share } = tile;
  return share.of === 'thread'
    ? new ThreadCells(tile, share, names)
    : new MatrixCells(tile, share, names);
}
