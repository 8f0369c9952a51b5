/** Tiles of a block that there are to choose from, and which one is taken. */
import type { FactorKind } from '../loop/matrix-factors.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { Gpu } from './target.ts';
import type { TermTile } from './terms.ts';

export interface BlockTile extends TermTile {
  /** Of the block. */
  readonly rows: number;
  readonly columns: number;
  readonly share: ThreadShare | WarpShare;
}

/** Each thread has rows and columns of its own. */
export interface ThreadShare {
  readonly of: 'thread';
  readonly rows: number;
  readonly columns: number;
}

/** Each warp has, and computes them on tensor cores. */
export interface WarpShare {
  readonly of: 'warp';
  readonly rows: number;
  readonly columns: number;
  readonly kind: FactorKind;
}

export type Size = readonly [rows: number, columns: number];

/** The first of which there are enough blocks. */
export function largestOfEnough(
  tiles: readonly BlockTile[],
  { rows, columns, others }: Contraction,
  gpu: Gpu,
): BlockTile | undefined {
  const blocksOf = (tile: BlockTile): number =>
    Math.ceil(rows.extent / tile.rows) *
    Math.ceil(columns.extent / tile.columns) *
    product(others.map(l => l.extent));
  const most = Math.max(...tiles.map(blocksOf));
  return tiles.find(tile => blocksOf(tile) >= Math.min(gpu.processors, most));
}
