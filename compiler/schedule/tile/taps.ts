/**
 * Loops over the taps of a filter as part of a tile. In the gradient of a filter, what one tap reads for a term of
 * its sum the next tap reads for the term before or after. A tile that has the sums of all taps then takes what they
 * read from the first cache, where tiles of one tap each would wait for the second:
 *
 *   for o < 64 { for j < 3 { for c < 64 { … for v < 28 { d += dy[v, o] * x[v + j, c]; } … } } }
 *
 * in tiles of 6 outputs and 64 channels reads 4 lines of `x` and one of `dy` for 24 multiply-adds; of 8 outputs,
 * 3 taps and 16 channels, one of each. Of the sum of a convolution itself, a tile takes all taps of a term
 * (`sliding.ts`): 7 pixels × 3 taps × 32 outputs read 9 pixels and 6 vectors of filters for 42 multiply-adds.
 */
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { type Nest, strideAlong } from '../nest.ts';
import { readsIn, slidingIn } from './sliding.ts';

export type Taps = TapsOfCells | TapsOfTerms;

/** Each tap has sums of its own. */
export interface TapsOfCells {
  readonly kind: 'cells';
  readonly loop: For;
  /** Whether what differs between them is what the columns read, rather than the rows. */
  readonly ofColumns: boolean;
}

/** Taps are terms of one sum, in the innermost of its loops. */
export interface TapsOfTerms {
  readonly kind: 'terms';
  readonly loop: For;
  /** How far the next row and the next tap are in what rows read. */
  readonly row: number;
  readonly tap: number;
}

/** The taps of a sum whose innermost loop slides over what its rows read. */
export function tapsOfTerms(nest: Nest, rows: For | undefined): TapsOfTerms | undefined {
  const found = slidingIn(nest);
  if (!rows || !found || found.sum.loops.at(-1) !== found.taps) return undefined;
  const moving = readsIn(found.sum).find(read => strideAlong(read, rows) !== 0);
  const [row, tap] = [rows, found.taps].map(l => moving && strideAlong(moving, l));
  return row === undefined || tap === undefined
    ? undefined
    : { kind: 'terms', loop: found.taps, row, tap };
}

/** How many different numbers so many rows read for all taps of a term. */
export function pixelsOf({ row, tap, loop }: TapsOfTerms, rowCount: number): number {
  const taps = Array.from({ length: loop.extent }, (_, t) => t * tap);
  const places = Array.from({ length: rowCount }, (_, r) => taps.map(t => r * row + t));
  return new Set(places.flat()).size;
}

/** The loop that slides over what the sums read; `lanes`: of a vector, which is a line of memory. */
export function tapsOfCells(
  { loops }: Nest,
  rows: For | undefined,
  { columns, lanes }: { readonly columns: For; readonly lanes: number },
  reads: readonly Site[],
): TapsOfCells | undefined {
  const free = loops.filter(l => l !== rows && l !== columns);
  for (const loop of free) {
    const [moving, ...others] = reads.filter(read => strideAlong(read, loop) !== 0);
    if (!rows || !moving || others.length > 0) continue;
    const step = termsPerTap(moving, loop);
    const [ofRows, ofColumns] = [rows, columns].map(l => strideAlong(moving, l) !== 0);
    // Vectors that lie across two lines, and every other pixel, take more from the first cache, or gain less.
    const isWhole = step === 1 && columns.extent % lanes === 0;
    if (step < loop.extent && ofRows !== ofColumns && (ofRows || isWhole))
      return { kind: 'cells', loop, ofColumns: ofColumns ?? false };
  }
  return undefined;
}

/** How many turns of the loop further the next term is; Infinity where it is something else. */
function termsPerTap(read: Site, loop: For): number {
  const term = loopsAlong(read.path).at(-1);
  const stride = strideAlong(read, loop) ?? 0;
  const next = term ? (strideOf(read.node, read.index ?? [], term.loop) ?? 0) : 0;
  return stride > 0 && next > 0 && next % stride === 0 ? next / stride : Infinity;
}
