/** Tiles of a block that there are to choose from, and which one is taken. */
import { type Index, type LoopVar, loopsIn } from '../core/index-expr.ts';
import { sitesUnder } from '../loop/facts.ts';
import type { FactorKind } from '../loop/matrix-factors.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { Gpu } from './target.ts';
import type { TermTile } from './terms.ts';

export interface BlockTile extends TermTile {
  /** Of the block. */
  readonly rows: number;
  readonly columns: number;
  readonly share: ThreadShare | WarpShare | GroupShare;
}

/** And in which order blocks have them. */
export interface OrderedTile extends BlockTile {
  /** Rows of tiles that are walked through column by column: `strips.ts`. */
  readonly strip: number;
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

/** Each group of four warps has, and computes them from shared memory: 64 rows, and 64, 128 or 256 columns. */
export interface GroupShare {
  readonly of: 'group';
  readonly rows: number;
  readonly columns: number;
  readonly kind: FactorKind;
}

/** Threads that have a share of a tile together. */
export function threadsOfShare({ of }: BlockTile['share'], { warp }: Gpu): number {
  return { thread: 1, warp, group: 4 * warp }[of];
}

export type Size = readonly [rows: number, columns: number];

/** The first of which there are enough blocks. */
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
 * Where one axis counts other loops and in each of their turns the columns, as `y[10*b + o]` does, a column beyond the
 * last one would be a cell of another turn: nothing proves that it is left alone, so no tile may have any.
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

/** All loops of an index but the one that takes the largest steps. */
function loopsInTurns({ terms, offset }: Index): readonly LoopVar[] {
  const [, ...others] = terms.toSorted((a, b) => Math.abs(b.coeff) - Math.abs(a.coeff));
  return loopsIn({ terms: others, offset });
}
