/**
 * Takes the terms of sums in parts: all sums over some rows of a picture, then over the next ones, as long as what a part reads stays in
 * the second-level cache (`../../passes/block-reductions.ts`).
 */
import { bytesOf } from '../../core/dtype.ts';
import { isLoop, loopsIn, rangeOf } from '../../core/index-expr.ts';
import { type Site, sitesUnder } from '../../loop/facts.ts';
import type { Accumulate, For } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { lineCells } from './cell-blocks.ts';
import type { Target } from '../target.ts';

/** Some terms of a sum, and the loops around them: whole loops, then possibly the blocks of a divided one. */
export interface Part {
  readonly outside: readonly For[];
  readonly cut?: { readonly of: For; readonly size: number };
  readonly inside: readonly For[];
}

/** Of a part: how many terms it has, a share of `leastTurns`, as it loads and stores its cells; and which share of a cache. */
interface Limits {
  readonly whole: number;
  readonly cut: number;
  readonly shares: readonly number[];
}

export const ofProducts: Limits = { whole: 1 / 32, cut: 1 / 64, shares: [1] };

/**
 * Pictures should fill half of the cache, as the next rows arrive meanwhile (`prefetch-blocks`). A tile of all taps
 * needs no copies, so that shorter parts pay.
 */
export const ofFilters: Limits = { whole: 1 / 64, cut: 1 / 64, shares: [1 / 2, 1] };

/** The longest part whose operands fit, while these loops over cells turn. */
export function partOf(
  leaf: Accumulate,
  cells: readonly For[],
  terms: readonly For[],
  limits: Limits,
  { cacheBytes, leastTurns }: Target,
): Part | undefined {
  const long = partsOf(terms).filter(({ cut: of, turning }) => {
    const fewest = leastTurns * (of ? limits.cut : limits.whole);
    return product(turning.map(l => l.extent)) >= fewest;
  });
  const [found] = limits.shares.flatMap(share => {
    const fits = ({ turning }: PartOfTerms): boolean =>
      bytesRead(leaf, [...cells, ...turning]) <= share * cacheBytes;
    return long.find(fits) ?? [];
  });
  return found;
}

interface PartOfTerms extends Part {
  /** The loops of a part, as long as they are in it. */
  readonly turning: readonly For[];
}

/** The longest first: a whole loop outside, then also blocks of the next, then all of that. */
function partsOf(terms: readonly For[]): readonly PartOfTerms[] {
  return terms.flatMap((_, i) => {
    const [outside, [of, ...inside]] = [terms.slice(0, i + 1), terms.slice(i + 1)];
    const whole = { outside, inside: terms.slice(i + 1), turning: terms.slice(i + 1) };
    if (!of) return [whole];
    const cuts = divisorsOf(of.extent).map(size => {
      return { outside, cut: { of, size }, inside, turning: [{ ...of, extent: size }, ...inside] };
    });
    return [whole, ...cuts];
  });
}

/** Divisors except 1 and the number itself, the largest first. */
function divisorsOf(extent: number): readonly number[] {
  const numbers = Array.from({ length: Math.max(0, extent - 2) }, (_, i) => extent - 1 - i);
  return numbers.filter(n => extent % n === 0);
}

/** The bytes read while some loops turn, in whole lines of memory. */
export function bytesRead(leaf: Accumulate, turning: readonly For[]): number {
  const extents = new Map(turning.map(l => [l.loop, l.extent]));
  const bytes = readsOf(leaf).map(({ node, index }) => {
    const ranges = index?.map(ix => rangeOf(ix, loop => extents.get(loop) ?? 1));
    const counts = ranges?.map(({ min, max }) => max - min + 1) ?? node.dims;
    const inRow = Math.ceil((counts.at(-1) ?? 1) / lineCells) * lineCells;
    const dims = [...counts.slice(0, -1), Math.min(inRow, node.dims.at(-1) ?? 1)];
    return product(dims) * bytesOf[node.dtype];
  });
  return bytes.reduce((total, each) => total + each, 0);
}

/** Whether sums of different cells read the same: else one after the other reads all just once. */
export function readsAgain(leaf: Accumulate, cells: readonly For[]): boolean {
  return readsOf(leaf).every(({ index }) => {
    const named = new Set(index?.flatMap(loopsIn));
    return cells.some(l => !named.has(l.loop));
  });
}

/**
 * Whether some of these loops are taps that slide over the pixels of others: the cells of a filter's gradient, or the terms of a
 * convolution itself, whose rows find in a cache what the rows before have read.
 */
export function slides(leaf: Accumulate, taps: readonly For[], pixels: readonly For[]): boolean {
  return readsOf(leaf).some(({ index }) =>
    index?.some(ix => {
      const named = ix.terms.flatMap(t => (isLoop(t) ? [t.loop] : []));
      const [tap, pixel] = [taps, pixels].map(all => all.find(l => named.includes(l.loop)));
      return tap && pixel && tap.extent <= pixel.extent;
    }),
  );
}

function readsOf(leaf: Accumulate): readonly Site[] {
  return sitesUnder(leaf).filter(site => site.kind === 'read');
}
