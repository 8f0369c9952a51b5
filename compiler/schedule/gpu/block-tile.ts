/**
 * Chooses the tile of a product that one block computes. What its rows and columns read is copied to shared
 * memory, some terms at a time; each thread keeps the sums of its cells in registers.
 *
 * A larger tile reads less; smaller tiles give more blocks. So it is the largest that leaves enough blocks to keep
 * the GPU busy.
 */
import type { For } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import type { Contraction } from './contraction.ts';
import { bytesShared } from './shared-bytes.ts';
import { withStages } from './stages.ts';
import { tilesOfStrip } from './tile-order.ts';
import type { Gpu } from '../target.ts';
import type { TermTile } from './term-tiles.ts';
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

/** Undefined for small products, where one thread per cell does as well. `stages`: what the program asks for. */
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

/** As many terms at a time as shared memory has room for, with two stages rather than one. */
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

/** A tile size of at most `most` that leaves little of the last tile unused. */
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
