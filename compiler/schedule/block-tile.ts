/**
 * The tile of a product that one block of a GPU computes, and how its threads share it. What the rows and
 * the columns of a tile read is copied to shared memory, some terms of the sums at a time; each thread
 * keeps the sums of its cells in registers.
 *
 * The larger a tile is, the less it reads; the smaller it is, the more blocks there are. So the largest
 * of which there are enough to keep the GPU busy.
 */
import type { For } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared } from './shared-bytes.ts';
import { withStages } from './stages.ts';
import { tilesOfStrip } from './strips.ts';
import type { Gpu } from './target.ts';
import type { TermTile } from './terms.ts';
import { type BlockTile, largestOfEnough, type OrderedTile, type Size } from './tile-choice.ts';
import { warpTileFor } from './warp-tile.ts';

const mostTerms = 16;
const sizes: readonly Size[] = [
  [128, 128],
  [128, 64],
  [64, 64],
  [32, 64],
  [32, 32],
];

/** Undefined where a thread for each cell does as well. `stages`: of how many turns copies are to be there. */
export function blockTileFor(
  contraction: Contraction,
  gpu: Gpu,
  stages?: number,
): OrderedTile | undefined {
  const { rows, columns, others, terms } = contraction;
  const innermost = terms.at(-1);
  if (!innermost || Math.min(rows.extent, columns.extent) < gpu.fewestInTile) return undefined;
  const work = product([rows, columns, ...others, ...terms].map(l => l.extent));
  if (work < gpu.leastProduct) return undefined;
  const found = warpTileFor(contraction, gpu) ?? threadTileFor(contraction, gpu);
  return (
    found && {
      ...withStages(found, contraction, gpu, stages),
      strip: tilesOfStrip(found, contraction, gpu),
    }
  );
}

function threadTileFor(contraction: Contraction, gpu: Gpu): BlockTile | undefined {
  const { rows, columns } = contraction;
  const tiles = sizes.flatMap(([r, c]): readonly BlockTile[] => {
    const [own, across] = [sizeFor(rows, r), sizeFor(columns, c)];
    const found = termTileFor(contraction, [own, across], gpu);
    const share = { of: 'thread', rows: each(own), columns: each(across) } as const;
    return found ? [{ rows: own, columns: across, share, ...found }] : [];
  });
  return largestOfEnough(tiles, contraction, gpu);
}

/** As many terms at a time as there is room for; copies that run ahead take twice of it. */
function termTileFor(contraction: Contraction, size: Size, gpu: Gpu): TermTile | undefined {
  const extent = contraction.terms.at(-1)?.extent ?? 1;
  const turns = product(contraction.terms.map(l => l.extent)) / extent;
  const tiles = [mostTerms, mostTerms / 2].map(most => Math.min(most, extent));
  const candidates = [
    ...tiles.map(terms => ({ terms, stages: turns * Math.floor(extent / terms) > 1 ? 2 : 1 })),
    ...tiles.map(terms => ({ terms, stages: 1 })),
  ];
  return candidates.find(tile => bytesShared(contraction, size, tile) <= gpu.sharedBytes);
}

/** Cells of one thread along a side. */
function each(cells: number): number {
  return cells > 64 ? 8 : 4;
}

/** At most so many turns in one tile, such that few are over in the last. */
export function sizeFor({ extent }: For, most: number): number {
  const unit = most > 64 ? 8 : 4;
  if (extent <= most) return Math.ceil(extent / unit) * unit;
  const candidates = [most, most - unit, most - 2 * unit, most - 3 * unit].filter(
    n => n >= most / 2,
  );
  const over = (n: number): number => (Math.ceil(extent / n) * n) / extent;
  return (
    candidates.find(n => over(n) <= 1 + tolerance) ??
    candidates.toSorted((a, b) => over(a) - over(b))[0] ??
    most
  );
}

const tolerance = 1 / 32;
