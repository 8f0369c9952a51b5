/**
 * Tiles row by row: the rows of a tile meet all columns before the next rows do. That pays if sums are short and the
 * epilogue reads a cell of its own, as the update of a weight does: such cells are then read in memory order.
 *
 *   before   for i < 31 { for o < 125 { … w[8*o + r, 32*i + c] … } }
 *   after    for o < 125 { for i < 31 { … w[8*o + r, 32*i + c] … } }
 */
import { bytesOf } from '../../core/dtype.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { type Nest, sitesOf, strideAlong, turnsIn } from '../nest.ts';
import type { Target } from '../target.ts';

/** With more rows at once hardware prefetchers no longer follow. */
export const mostRowsStreamed = 8;

/** With more terms, adding takes so much longer than reading the cells that their order does not matter. */
const mostTerms = 256;

/** Whether short sums update cells that exceed the second-level cache. */
export function isStreamed(
  nest: Nest,
  rows: For | undefined,
  columns: For,
  { cacheBytes }: Target,
): boolean {
  if (!rows || Math.max(...nest.body.map(turnsIn)) > mostTerms) return false;
  const isOwn = (site: Site): boolean =>
    site.kind === 'read' &&
    loopsAlong(site.path).length === 0 &&
    strideAlong(site, columns) === 1 &&
    strideAlong(site, rows) !== 0;
  const bytes = new Map(
    sitesOf(nest)
      .filter(isOwn)
      .map(site => [site.node, bytesTouched(site, nest)] as const),
  );
  return [...bytes.values()].reduce((all, each) => all + each, 0) > 2 * cacheBytes;
}

/** Of an array of which each turn has cells of its own: around the nest there may be a loop over slices of it. */
function bytesTouched(site: Site, { loops }: Nest): number {
  const cells = product(loops.filter(l => strideAlong(site, l) !== 0).map(l => l.extent));
  return cells * bytesOf[site.node.dtype];
}

/** Bytes that the sums of a column read and rows share. */
export function bytesOfColumn(reads: readonly Site[], rows: For, columns: For): number {
  const shared = reads.filter(
    read =>
      loopsAlong(read.path).length > 0 &&
      strideAlong(read, columns) !== 0 &&
      strideAlong(read, rows) === 0,
  );
  const bytes = shared.map(read => {
    const loops = loopsAlong(read.path).filter(loop => strideAlong(read, loop) !== 0);
    return product(loops.map(l => l.extent)) * bytesOf[read.node.dtype];
  });
  return bytes.reduce((a, b) => a + b, 0);
}
