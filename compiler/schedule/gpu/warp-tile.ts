/**
 * Tiles of products on tensor cores: of 16-bit floats, and of f32 where TF32 is allowed. Of equal sizes, those of
 * warpgroups come first, since they need no registers for the factors.
 */
import { cellsOfGroupRow } from '../../loop/group-factor.ts';
import { type FactorKind, factorsIn } from '../../loop/matrix-factors.ts';
import type { For, Read } from '../../loop/ir.ts';
import { areMultiples, strideOf } from '../../loop/stride.ts';
import { product } from '../../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared, cellsAtOnce } from './shared-bytes.ts';
import { memoryOf } from './stages.ts';
import type { Gpu } from '../target.ts';
import {
  type BlockTile,
  blocksOf,
  type GroupShare,
  largestOfEnough,
  type Size,
  type WarpShare,
} from './tile-choice.ts';

/** Sizes of blocks, and of the share of each warp or warpgroup. */
const sizes: readonly { readonly block: Size; readonly group?: Size; readonly warp: Size }[] = [
  { block: [128, 256], group: [64, 256], warp: [64, 64] },
  { block: [128, 128], group: [64, 128], warp: [64, 32] },
  { block: [128, 64], group: [64, 64], warp: [64, 32] },
  { block: [64, 64], warp: [32, 32] },
  { block: [32, 32], warp: [16, 16] },
  { block: [16, 64], warp: [16, 16] },
];

/**
 * Larger tiles read less shared memory per product, which is what limits smaller ones, but occupy a processor alone.
 * Some processors are idle in the last round of blocks, so there should be several rounds.
 */
const usualCells = 128 * 128;
const rounds = 4;

/** One instruction takes that many terms, or half of it. */
const termsAtOnce = 16;
/** How many are copied at a time, the best first; for warpgroups, a swizzled row of 128 bytes. */
const termsOf = { warp: [2 * termsAtOnce, termsAtOnce], group: [cellsOfGroupRow] };

type Tile = Pick<BlockTile, 'rows' | 'columns'> & { readonly share: WarpShare | GroupShare };

function shareOf([rows, columns]: Size, of: 'warp' | 'group', own: Size, kind: FactorKind): Tile {
  return { rows, columns, share: { of, rows: own[0], columns: own[1], kind } };
}

export function warpTileFor(contraction: Contraction, gpu: Gpu): BlockTile | undefined {
  const kind = kindOf(contraction);
  const extent = contraction.terms.at(-1)?.extent ?? 0;
  if (!kind || !gpu.matrices.includes(kind) || extent === 0 || extent % termsAtOnce > 0)
    return undefined;
  const turns = product(contraction.terms.map(l => l.extent));
  const isForGroups = gpu.groups !== undefined && kind !== 'tf32' && areWhole(contraction);
  const shares = sizes.flatMap(({ block, group, warp }) => [
    ...(group && isForGroups ? [shareOf(block, 'group', group, kind)] : []),
    shareOf(block, 'warp', warp, kind),
  ]);
  const tiles = shares.flatMap(({ rows, columns, share }): readonly BlockTile[] => {
    const candidates = termsOf[share.of]
      .filter(terms => extent % terms === 0 && (share.of === 'warp' || turns > terms))
      .map(terms => ({ terms, stages: turns > terms ? 2 : 1 }));
    const isLarge = rows * columns > usualCells;
    const isRoomy = isLarge || share.of === 'group';
    const room = isRoomy ? memoryOf({ share }, gpu).mostSharedBytes : gpu.sharedBytes;
    const found = candidates.find(tile => bytesShared(contraction, [rows, columns], tile) <= room);
    const isWorth = !isLarge || blocksOf({ rows, columns }, contraction) >= rounds * gpu.processors;
    return found && isWorth ? [{ rows, columns, share, ...found }] : [];
  });
  return largestOfEnough(tiles.filter(isFitting(contraction)), contraction, gpu);
}

/** Whether both factors can be copied 16 bytes at a time: slower copies would not keep up with a warpgroup. */
function areWhole({ rows, columns, terms, rowReads, columnReads }: Contraction): boolean {
  const isWhole = ({ node, index, dtype }: Read, sides: readonly (For | undefined)[]): boolean =>
    sides.some(
      side =>
        side !== undefined &&
        strideOf(node, index, side.loop) === 1 &&
        areMultiples(node, index, [side.loop], cellsAtOnce(dtype)),
    );
  const innermost = terms.at(-1);
  return (
    rowReads.every(read => isWhole(read, [rows, innermost])) &&
    columnReads.every(read => isWhole(read, [columns, innermost]))
  );
}

/** At least half of the tile lies inside the result. */
function isFitting({ rows, columns }: Contraction): (tile: BlockTile) => boolean {
  return tile => tile.rows < 2 * rows.extent && tile.columns < 2 * columns.extent;
}

/** Undefined unless each term is a product of one factor of rows and one of columns that tensor cores take. */
export function kindOf({
  leaf,
  sum,
  rowReads,
  columnReads,
}: Pick<Contraction, 'leaf' | 'sum' | 'rowReads' | 'columnReads'>): FactorKind | undefined {
  const found = leaf.op === 'add' && sum.dtype === 'f32' ? factorsIn(leaf.value) : undefined;
  if (!found) return undefined;
  const [a, b] = found.factors;
  const isOfBoth =
    (rowReads.includes(a) && columnReads.includes(b)) ||
    (rowReads.includes(b) && columnReads.includes(a));
  return isOfBoth ? found.kind : undefined;
}
