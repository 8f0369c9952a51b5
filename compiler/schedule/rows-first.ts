/**
 * Tiles row by row: the rows of a tile meet all columns before the next ones do. That is worth it where
 * what is done with a sum reads a cell of its own, as the update of a weight does, and sums are short: such
 * cells then come from memory in the order in which they lie there.
 *
 *   before   for i < 31 { for o < 125 { … w[8*o + r, 32*i + c] … } }
 *   after    for o < 125 { for i < 31 { … w[8*o + r, 32*i + c] … } }
 */
import { bytesOf } from '../core/dtype.ts';
import { sizeOf } from '../core/tensor-node.ts';
import { loopsAlong, type Site } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import { type Nest, sitesOf, strideAlong, turnsIn } from './nest.ts';
import type { Target } from './target.ts';

/** With more rows at once the processor does not see what of memory comes next. */
export const mostRowsStreamed = 8;

/** To add more terms takes so much longer than to read the cells that their order does not matter. */
const mostTerms = 256;

/** Whether short sums meet cells that are more than a cache of the second level holds. */
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
  const nodes = new Set(
    sitesOf(nest)
      .filter(isOwn)
      .map(({ node }) => node),
  );
  return [...nodes].reduce((bytes, node) => bytes + sizeOf(node), 0) > 2 * cacheBytes;
}

/** What the sums of a column read that rows share. */
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
