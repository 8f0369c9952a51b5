/**
 * Sums that slide: what one tap of a filter reads for a pixel, the next tap reads for the pixel before. Where all taps
 * of a term come one after the other, a tile of pixels reads each of them once for all taps.
 */
import { type Site, sitesUnder } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { type SumUnderConditions, sumUnderConditionsAt } from './conditions.ts';
import { type Nest, strideAlong } from '../nest.ts';
import { isRegrouped } from '../partial-sums.ts';
import { rowsOf, storedBeside } from './tile-loops.ts';

export interface Sliding {
  readonly sum: SumUnderConditions;
  /** The loop over taps, one of the sum's. */
  readonly taps: For;
}

/** More of them are more code than there are registers for. */
const mostTaps = 8;

/** The only sum of a nest, in a scalar. */
export function onlySumOf({ body }: Nest): SumUnderConditions | undefined {
  const [outermost, ...others] = body.filter(s => s.kind === 'for' || s.kind === 'when');
  const sum = outermost && others.length === 0 ? sumUnderConditionsAt(outermost) : undefined;
  if (sum?.leaf.node.dims.length !== 0) return undefined;
  return readsIn(sum).some(({ node }) => node === sum.leaf.node) ? undefined : sum;
}

/** The sum of a nest, if the order of its terms is free, and taps slide over what the rows of a tile read. */
export function slidingIn(nest: Nest): Sliding | undefined {
  const sum = onlySumOf(nest);
  if (!sum || !isRegrouped(sum.leaf)) return undefined;
  const reads = readsIn(sum);
  const columns = storedBeside(nest);
  const across = reads.filter(read => columns && strideAlong(read, columns) !== 0);
  // Rows of a tile that are no neighbours read nothing in common.
  const pixels = columns && rowsOf(nest, columns, across);
  const taps = sum.loops.findLast(
    loop => loop.extent > 1 && loop.extent <= mostTaps && slidesOver(reads, pixels, loop),
  );
  return taps && { sum, taps };
}

export function readsIn({ leaf }: Pick<SumUnderConditions, 'leaf'>): readonly Site[] {
  return sitesUnder(leaf).filter(({ kind, node }) => kind === 'read' && node.dims.length > 0);
}

/** Whether one read moves along both loops, in steps that meet; the others along that of the taps alone. */
function slidesOver(reads: readonly Site[], pixels: For | undefined, taps: For): boolean {
  if (!pixels) return false;
  const [moving, ...others] = reads.filter(read => strideAlong(read, pixels) !== 0);
  if (!moving || others.length > 0 || reads.some(read => strideAlong(read, taps) === 0))
    return false;
  const [pixel = 0, tap = 0] = [pixels, taps].map(l => strideAlong(moving, l));
  if (pixel <= 0 || tap <= 0) return false;
  return pixel >= tap
    ? pixel % tap === 0 && pixel / tap < taps.extent
    : tap % pixel === 0 && tap / pixel < pixels.extent;
}
