/** Tiles of products that tensor cores compute: of floats of 16 bits, and of f32 where it is allowed. */
import { type FactorKind, factorsIn } from '../loop/matrix-factors.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared } from './shared-bytes.ts';
import type { Gpu } from './target.ts';
import { type BlockTile, blocksOf, largestOfEnough, type Size } from './tile-choice.ts';

/** Of blocks, and of each of their warps. */
const sizes: readonly { readonly block: Size; readonly warp: Size }[] = [
  { block: [128, 256], warp: [64, 64] },
  { block: [128, 128], warp: [64, 32] },
  { block: [128, 64], warp: [64, 32] },
  { block: [64, 64], warp: [32, 32] },
  { block: [32, 32], warp: [16, 16] },
  { block: [16, 64], warp: [16, 16] },
];

/**
 * Larger tiles have a processor to themselves, and read less of shared memory for each product, which is what limits
 * smaller ones. In the last round of blocks some processors have none, so there are to be a few rounds.
 */
const usualCells = 128 * 128;
const rounds = 4;

/** One instruction takes that many, or half of it. */
const termsAtOnce = 16;

export function warpTileFor(contraction: Contraction, gpu: Gpu): BlockTile | undefined {
  const kind = kindOf(contraction);
  const extent = contraction.terms.at(-1)?.extent ?? 0;
  if (!kind || !gpu.matrices.includes(kind) || extent === 0 || extent % termsAtOnce > 0)
    return undefined;
  const turns = product(contraction.terms.map(l => l.extent));
  const tiles = sizes.flatMap(({ block: [rows, columns], warp }): readonly BlockTile[] => {
    const share = { of: 'warp', rows: warp[0], columns: warp[1], kind } as const;
    const candidates = [2, 1]
      .map(n => n * termsAtOnce)
      .filter(terms => extent % terms === 0)
      .map(terms => ({ terms, stages: turns > terms ? 2 : 1 }));
    const isLarge = rows * columns > usualCells;
    const room = isLarge ? gpu.mostSharedBytes : gpu.sharedBytes;
    const found = candidates.find(tile => bytesShared(contraction, [rows, columns], tile) <= room);
    const isWorth = !isLarge || blocksOf({ rows, columns }, contraction) >= rounds * gpu.processors;
    return found && isWorth ? [{ rows, columns, share, ...found }] : [];
  });
  return largestOfEnough(tiles.filter(isFitting(contraction)), contraction, gpu);
}

/** At least half of it is there. */
function isFitting({ rows, columns }: Contraction): (tile: BlockTile) => boolean {
  return tile => tile.rows < 2 * rows.extent && tile.columns < 2 * columns.extent;
}

/** Undefined unless the sum is of a product of what rows and what columns read. */
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
