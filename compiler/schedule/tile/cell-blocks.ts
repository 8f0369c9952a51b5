/** Divides the cells of sums into blocks for threads to share, each with its own loops over the terms. */
import { at, type Index, type LoopVar, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import type { For } from '../../loop/ir.ts';
import { stemOf } from '../../loop/loop-names.ts';

/** A loop over cells whose blocks threads share. */
export interface Shared {
  readonly loop: LoopVar;
  readonly size: number;
  readonly blocks: For;
  /** All loops over cells, in a block. */
  readonly inside: readonly For[];
  readonly turns: readonly Cut['turn'][];
}

/**
 * Blocks of the outermost loop. If the innermost does not fill a vector, as with few channels, vectors run across the
 * outermost, so its blocks are whole vectors; if that is impossible, each turn of another loop (such as over taps) is a block.
 */
export function sharedIn(
  [outermost, ...others]: readonly [For, ...For[]],
  lanes: number,
  names: Names,
): Shared | undefined {
  const isAcross = (others.at(-1) ?? outermost).extent < lanes && outermost.extent >= lanes;
  const size = blockOf(outermost.extent, isAcross ? lanes : 1);
  if (size !== undefined) {
    const { blocks, inside, turn } = cut(outermost, size, names);
    return { loop: outermost.loop, size, blocks, inside: [inside, ...others], turns: [turn] };
  }
  const blocks = isAcross ? others.slice(0, -1).find(l => l.extent > 1) : undefined;
  if (!blocks) return undefined;
  const inside = [outermost, ...others.filter(l => l !== blocks)];
  return { loop: blocks.loop, size: 1, blocks, inside, turns: [] };
}

/** Splits a loop into one over blocks and one within a block. */
export function cut(of: For, size: number, names: Names): Cut {
  const blocks = loopVar(names.fresh(`${stemOf(of.loop)}_block`));
  return {
    blocks: { ...of, loop: blocks, extent: of.extent / size },
    inside: { ...of, extent: size },
    turn: [of.loop, plus(at(blocks, size), at(of.loop))],
  };
}

export interface Cut {
  readonly blocks: For;
  readonly inside: For;
  readonly turn: readonly [LoopVar, Index];
}

/** Enough for threads to share; every further block reads all inputs once more. */
const enoughBlocks = 4;

/** Cells of f32 in one cache line. */
export const lineCells = 16;

/** Iterations of a block if there are not enough for that: at most two lines, at least the rows of a tile. */
const [mostRows, fewestRows] = [2 * lineCells, 8];

/**
 * Whole lines of memory, for enough blocks; or up to two lines and fewer blocks, since each block reads all of the other factor
 * again, from memory. Undefined if no such size divides the extent and is a multiple of `unit`.
 */
function blockOf(extent: number, unit: number): number | undefined {
  const most = Math.floor(extent / enoughBlocks / lineCells);
  const lines = Array.from({ length: Math.max(0, most - 1) }, (_, i) => (most - i) * lineCells);
  const fewer = Array.from({ length: mostRows - fewestRows + 1 }, (_, i) => mostRows - i);
  const sizes = [...lines, ...fewer];
  return sizes.find(size => extent % size === 0 && extent > size && size % unit === 0);
}
