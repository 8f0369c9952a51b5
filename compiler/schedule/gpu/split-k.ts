/**
 * Split-K: chooses into how many parts the terms of a product are divided, if its result has few tiles and its sums
 * have many terms. One block per part sums a tile's terms, and a second nest adds up the partial results.
 *
 * The number of parts depends on sizes alone, so the result is always the same.
 */
import type { For } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { blockTileFor } from './block-tile.ts';
import type { Contraction } from './contraction.ts';
import { countsUpTo, type Division, divisionOf, evenCount } from '../division.ts';
import { isRegrouped } from '../partial-sums.ts';
import type { Gpu } from '../target.ts';

/** A tile of so many rows and columns keeps a processor busy. */
const usualTile = 64;
/** With so many processors per tile, a second kernel is worth it. */
const fewestForTile = 3;
/** The terms must give at least so many parts. */
const fewestParts = 4;

/** Undefined if the product should stay whole. */
export function productPartsFor(contraction: Contraction, gpu: Gpu): Division | undefined {
  const { rows, columns, others, terms, leaf } = contraction;
  const tile = isRegrouped(leaf) && blockTileFor(contraction, gpu);
  if (!tile) return undefined;
  const tiles = [rows, columns].map(({ extent }) => Math.ceil(extent / usualTile));
  const blocks = product([...tiles, ...others.map(l => l.extent)]);
  const forTile = Math.floor(gpu.processors / blocks);
  const parts = Math.floor(product(terms.map(l => l.extent)) / gpu.termsOfBlock);
  if (forTile < fewestForTile || parts < fewestParts) return undefined;
  // Up to two blocks per processor, so that some divisor leaves each processor at least one.
  const most = Math.min(2 * forTile - 1, gpu.processors, parts);
  return divisionOf(terms, most, (divided, most) =>
    countFor(divided, most, divided === terms.at(-1) && tile.share.of !== 'thread'),
  );
}

/** Terms that a tile copies at once, and that one tensor-core instruction takes. */
const atOnce = 16;

/** `areWhole`: parts must be multiples of `atOnce`, so the count is any that allows it. */
function countFor({ extent }: For, most: number, areWhole: boolean): number | undefined {
  if (!areWhole) return evenCount(extent, most, atOnce);
  return countsUpTo(most).find(count => extent % (count * atOnce) === 0);
}
