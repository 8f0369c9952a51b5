/** The rows or the columns of a tile that a block of threads computes. */
import { at, type Index, type LoopVar, plus } from '../../core/index-expr.ts';
import { type For, forLoop, type LoopMode, type Stmt, when } from '../../loop/ir.ts';

/** One side: its loop, and how it is cut into tiles. */
export interface Side {
  readonly loop: For;
  readonly tile: number;
  /** The loop over tiles, one per block. */
  readonly block: LoopVar;
}

/** Whether the last tile reaches beyond the array. */
export function isUneven({ loop, tile }: Side): boolean {
  return loop.extent % tile !== 0;
}

/** The index in the array of a row or column of the tile. */
export function inArray({ block, tile }: Side, inTile: Index): Index {
  return plus(at(block, tile), inTile);
}

/** Guards a store: cells beyond the last row or column are computed, but not stored. */
export function whenInside(side: Side, index: Index, s: Stmt): Stmt {
  return isUneven(side) ? when(index, side.loop.extent, s) : s;
}

/** Loops in one mode around a statement, the outermost first. */
export function nested(
  loops: readonly Pick<For, 'loop' | 'extent'>[],
  mode: LoopMode,
  body: Stmt,
): Stmt {
  return loops.reduceRight((inner, { loop, extent }) => forLoop(loop, extent, inner, mode), body);
}
