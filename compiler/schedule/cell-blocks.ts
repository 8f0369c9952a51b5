/** Blocks of cells that threads share, each with a loop of its own around all that is summed for them. */
import { at, type Index, type LoopVar, loopVar, plus } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import type { For } from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';

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
 * Blocks of the outermost loop. Where the innermost does not fill a vector, as with few channels, vectors go across the
 * outermost, so its blocks are whole vectors; if there are none such, each turn of another loop, over taps say, is a block.
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

/** A loop as one over blocks and one over the turns of a block. */
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

/** What threads share: more blocks would read all once more each. */
const enoughBlocks = 4;

/** Neighbouring cells of f32 in one line of memory. */
const lineCells = 16;

/**
 * Lines of memory, for enough blocks; or two, though there be fewer blocks then: each reads all of the other factor
 * anew, and from memory; or at least so many turns that a tile has rows enough. Undefined where that leaves some over,
 * or is no multiple of `unit`.
 */
function blockOf(extent: number, unit: number): number | undefined {
  const most = Math.floor(extent / enoughBlocks / lineCells);
  const lines = Array.from({ length: Math.max(0, most - 1) }, (_, i) => (most - i) * lineCells);
  const sizes = [...lines, 2 * lineCells, 16, 15, 14, 13, 12, 11, 10, 9, 8];
  return sizes.find(size => extent % size === 0 && extent > size && size % unit === 0);
}
