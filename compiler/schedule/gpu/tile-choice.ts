/** The tile of a block of threads: what it is, and which of several candidates is taken. */
import { type Index, type LoopVar, loopsIn } from '../../core/index-expr.ts';
import { sitesUnder } from '../../loop/facts.ts';
import type { FactorKind } from '../../loop/matrix-factors.ts';
import { product } from '../../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { Gpu } from '../target.ts';
import type { TermTile } from './term-tiles.ts';

export interface BlockTile extends TermTile {
  /** Cells of the whole block. */
  readonly rows: number;
  readonly columns: number;
  readonly share: ThreadShare | WarpShare | GroupShare;
}

/** A tile, and the order in which blocks take theirs. */
export interface OrderedTile extends BlockTile {
  /** How many rows of tiles are taken column by column: `tile-order.ts`. */
  readonly strip: number;
}

/** Each thread has rows and columns of its own. */
export interface ThreadShare {
  readonly of: 'thread';
  readonly rows: number;
  readonly columns: number;
}

/** Each warp has rows and columns of its own, and computes them on tensor cores. */
export interface WarpShare {
  readonly of: 'warp';
  readonly rows: number;
  readonly columns: number;
  readonly kind: FactorKind;
}

/** Each warpgroup has 64 rows and 64, 128 or 256 columns, and computes them from shared memory (`wgmma`). */
export interface GroupShare {
  readonly of: 'group';
  readonly rows: number;
  readonly columns: number;
  readonly kind: FactorKind;
}

/** How many threads hold one share of a tile. */
export function threadsOfShare({ of }: BlockTile['share'], { warp }: Gpu): number {
  return { thread: 1, warp, group: 4 * warp }[of];
}

export type Size = readonly [rows: number, columns: number];

/** The first tile, of those given largest first, that leaves enough blocks for the GPU. */
export function largestOfEnough(
  all: readonly BlockTile[],
  contraction: Contraction,
  gpu: Gpu,
): BlockTile | undefined {
  const tiles = all.filter(isWholeWhereCounted(contraction));
  const most = Math.max(...tiles.map(tile => blocksOf(tile, contraction)));
  return tiles.find(tile => blocksOf(tile, contraction) >= Math.min(gpu.processors, most));
}

export function blocksOf(
  tile: Pick<BlockTile, 'rows' | 'columns'>,
  { rows, columns, others }: Contraction,
): number {
  const tiles = Math.ceil(rows.extent / tile.rows) * Math.ceil(columns.extent / tile.columns);
  return tiles * product(others.map(l => l.extent));
}

/**
 * Where one axis combines several loops, as `y[10*b + o]` does, a column beyond the last would be a cell of the next
 * `b`, and `verify` could not tell that it is not stored. So there a tile may not reach beyond the last column.
 */
function isWholeWhereCounted({
  rows,
  columns,
  start,
  epilogue,
}: Contraction): (tile: BlockTile) => boolean {
  const axes = [start, ...epilogue].flatMap(s => sitesUnder(s)).flatMap(({ index }) => index ?? []);
  const counted = new Set(axes.flatMap(loopsInTurns));
  return tile =>
    (!counted.has(rows.loop) || rows.extent % tile.rows === 0) &&
    (!counted.has(columns.loop) || columns.extent % tile.columns === 0);
}

/** All loops of an index but the one with the largest stride. */
function loopsInTurns({ terms, offset }: Index): readonly LoopVar[] {
  const [, ...others] = terms.toSorted((a, b) => Math.abs(b.coeff) - Math.abs(a.coeff));
  return loopsIn({ terms: others, offset });
}
