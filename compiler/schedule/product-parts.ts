/**
 * A product whose result has few tiles and whose sums have many terms, in parts: as many blocks of a GPU as there are
 * parts share a tile, each adds up some of the terms, and a second nest adds up what they have come to.
 *
 * How many parts there are depends on sizes alone, so the result is always the same.
 */
import type { For } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import { blockTileFor } from './block-tile.ts';
import type { Contraction } from './contraction.ts';
import { countsUpTo, type Division, divisionOf, evenCount } from './division.ts';
import { isRegrouped } from './partial-sums.ts';
import type { Gpu } from './target.ts';

/** A tile of so many rows and columns gives a processor enough to do. */
const usualTile = 64;
/** Processors for each such tile from which it is worth a second kernel. */
const fewestForTile = 3;
/** And parts that the terms have. */
const fewestParts = 4;

/** Undefined where the product stays whole. */
export function productPartsFor(contraction: Contraction, gpu: Gpu): Division | undefined {
  const { rows, columns, others, terms, leaf } = contraction;
  const tile = isRegrouped(leaf) && blockTileFor(contraction, gpu);
  if (!tile) return undefined;
  const tiles = [rows, columns].map(({ extent }) => Math.ceil(extent / usualTile));
  const blocks = product([...tiles, ...others.map(l => l.extent)]);
  const forTile = Math.floor(gpu.processors / blocks);
  const parts = Math.floor(product(terms.map(l => l.extent)) / gpu.termsOfBlock);
  if (forTile < fewestForTile || parts < fewestParts) return undefined;
  // Up to two blocks for each processor: so one of them is there however few numbers divide the terms.
  const most = Math.min(2 * forTile - 1, gpu.processors, parts);
  return divisionOf(terms, most, (divided, most) =>
    countFor(divided, most, divided === terms.at(-1) && tile.share.of !== 'thread'),
  );
}

/** What a tile copies at once, and tensor cores take. */
const atOnce = 16;

/** Where copies have to be whole, any number will do, if there is one. */
function countFor({ extent }: For, most: number, areWhole: boolean): number | undefined {
  if (!areWhole) return evenCount(extent, most, atOnce);
  return countsUpTo(most).find(count => extent % (count * atOnce) === 0);
}
