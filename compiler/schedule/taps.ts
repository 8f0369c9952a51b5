/**
 * Loops over the taps of a filter as part of a tile. In the gradient of a filter, what one tap reads for a term of
 * its sum the next tap reads for the term before or after. A tile that has the sums of all taps then takes what they
 * read from the first cache, where tiles of one tap each would wait for the second:
 *
 *   for o < 64 { for j < 3 { for c < 64 { … for v < 28 { d += dy[v, o] * x[v + j, c]; } … } } }
 *
 * in tiles of 6 outputs and 64 channels reads 4 lines of `x` and one of `dy` for 24 multiply-adds; of 8 outputs,
 * 3 taps and 16 channels, one of each.
 */
import { loopsAlong, type Site } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { type Nest, strideAlong } from './nest.ts';

export interface Taps {
  readonly loop: For;
  /** Whether what differs between them is what the columns read, rather than the rows. */
  readonly ofColumns: boolean;
}

/** The loop that slides over what the sums read; `lanes`: of a vector, which is a line of memory. */
export function tapsOf(
  { loops }: Nest,
  rows: For | undefined,
  { columns, lanes }: { readonly columns: For; readonly lanes: number },
  reads: readonly Site[],
): Taps | undefined {
  const free = loops.filter(l => l !== rows && l !== columns);
  for (const loop of free) {
    const [moving, ...others] = reads.filter(read => strideAlong(read, loop) !== 0);
    if (!rows || !moving || others.length > 0) continue;
    const step = termsPerTap(moving, loop);
    const [ofRows, ofColumns] = [rows, columns].map(l => strideAlong(moving, l) !== 0);
    // Vectors that lie across two lines, and every other pixel, take more from the first cache, or gain less.
    const isWhole = step === 1 && columns.extent % lanes === 0;
    if (step < loop.extent && ofRows !== ofColumns && (ofRows || isWhole))
      return { loop, ofColumns: ofColumns ?? false };
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
