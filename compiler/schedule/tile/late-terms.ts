/** Takes long sums in parts if a tile of rows reads the same columns as the previous one, but too many for a cache to keep. */
import { bytesOf } from '../../core/dtype.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import { type For, statementsOf } from '../../loop/ir.ts';
import { type Nest, strideAlong } from '../nest.ts';
import { plainSumIn, type SumInParts } from './sum-parts.ts';
import type { Target } from '../target.ts';

interface Tiled {
  readonly nest: Nest;
  readonly rows: For;
  readonly columns: For;
  readonly columnCount: number;
  readonly reads: readonly Site[];
}

/** Shares of the second cache: what a tile reads over all terms, and in a part, which is what a first cache holds. */
const [mostInAll, mostInPart] = [1 / 2, 1 / 16];

/** Then loading and storing the sums takes little of the time. */
const fewestTerms = 128;

/** Undefined if a cache holds all terms, or the sum is not a plain one. */
export function sumForCache(tiled: Tiled, { cacheBytes }: Target): SumInParts | undefined {
  const of = plainSumIn(tiled.nest.body);
  if (!of) return undefined;
  const terms = termsOf(of.terms);
  const each = Math.max(0, ...tiled.reads.map(read => bytesOfTerm(read, of.terms, tiled)));
  if (each * terms <= cacheBytes * mostInAll) return undefined;
  const inPart = Math.max(fewestTerms, (cacheBytes * mostInPart) / each);
  const size = Math.max(1, Math.floor((inPart * of.terms.extent) / terms));
  const parts = Math.ceil(of.terms.extent / size);
  return parts < 2 ? undefined : { of, size: Math.ceil(of.terms.extent / parts) };
}

/** Bytes per term that the next tile of rows reads again: those of columns, packed or not. */
function bytesOfTerm(read: Site, terms: For, { rows, columns, columnCount }: Tiled): number {
  if (!loopsAlong(read.path).includes(terms)) return 0;
  const isShared = strideAlong(read, rows) === 0 && strideAlong(read, columns) !== 0;
  return isShared ? columnCount * bytesOf[read.node.dtype] : 0;
}

function termsOf(loop: For): number {
  const [only, ...others] = statementsOf(loop.body);
  return loop.extent * (only?.kind === 'for' && others.length === 0 ? termsOf(only) : 1);
}
