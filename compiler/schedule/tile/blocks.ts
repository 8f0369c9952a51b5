/**
 * Chooses the cache blocks of a tile: how many columns are packed at once, which each row then meets one after the other,
 * and how many terms of their sums. Without blocks the rows come from memory once per tile of columns. That is fine if a
 * cache holds them, and all terms of a tile's columns.
 */
import { bytesOf } from '../../core/dtype.ts';
import { rangeOf } from '../../core/index-expr.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { sumForCache } from './late-terms.ts';
import { type Nest, strideAlong } from '../nest.ts';
import {
  bytesOfPanels,
  isTooLong,
  type Packable,
  type Packed,
  packedOf,
  wantedOf,
} from './packing.ts';
import { bytesOfColumn, isStreamed } from './rows-first.ts';
import { plainSumIn, type SumInParts } from './sum-parts.ts';
import type { Target } from '../target.ts';

export interface Blocks {
  /** Columns packed at once. */
  readonly columns: number;
  readonly packed: readonly Packed[];
  /** Undefined if all terms of a sum are taken at once. */
  readonly sum: SumInParts | undefined;
}

interface Tiled {
  readonly nest: Nest;
  readonly columns: For;
  readonly rows: For | undefined;
  /** Rows of a tile. */
  readonly rowCount: number;
  readonly columnCount: number;
  readonly packable: Packable;
  readonly reads: readonly Site[];
}

/** How much of the cache the panel of one tile may fill; longer sums are taken in parts. */
const shareOfTile = 1 / 4;

/** Rows that exceed so many times `cacheBytes` come from a slow shared cache again for each tile of columns. */
const cachesOfRows = 2;

/** How much of that shared cache the intermediate sums of parts may fill. */
const shareOfSums = 1 / 2;

/** Blocks are what threads share, so there should be several. */
const fewestBlocks = 4;

/** Undefined if no blocks are needed, or sums cannot be taken in parts. */
export function blocksFor(tiled: Tiled, target: Target): Blocks | undefined {
  return rowsFirst(tiled, target) ?? ofCopies(tiled, target) ?? ofTerms(tiled, target);
}

/** Blocks of terms, so that what one tile of rows reads is still in a cache for the next. */
function ofTerms(tiled: Tiled, target: Target): Blocks | undefined {
  const { rows, columns, columnCount, packable } = tiled;
  const packed = packedOf(packable);
  if (!rows || !packed) return undefined;
  const sum = sumForCache({ ...tiled, rows }, target);
  if (!sum) return undefined;
  const fitting = Math.floor(
    (target.cacheBytes * shareOfSums) / bytesOfSums(sum, rows, columnCount),
  );
  const shared = Math.ceil(columns.extent / columnCount / fewestBlocks);
  const tiles = Math.max(1, Math.min(fitting, shared));
  return { columns: tiles * columnCount, packed, sum };
}

function bytesOfSums({ of }: SumInParts, rows: For, columns: number): number {
  return rows.extent * columns * bytesOf[of.sum.dtype];
}

/** Blocks of as many columns as a cache holds, if possible all, for tiles in row order (`rows-first.ts`). */
function rowsFirst(tiled: Tiled, target: Target): Blocks | undefined {
  const { nest, rows, rowCount, columns, columnCount, packable, reads } = tiled;
  const packed = wantedOf(packable);
  if (!rows || rows.extent < fewestBlocks * rowCount || isTooLong(packed)) return undefined;
  if (!isStreamed(nest, rows, columns, target)) return undefined;
  const fitting = Math.floor(target.cacheBytes / bytesOfColumn(reads, rows, columns));
  if (columns.extent <= fitting) return { columns: columns.extent, packed, sum: undefined };
  const shared = Math.ceil(columns.extent / columnCount / fewestBlocks);
  const tiles = Math.min(Math.floor(fitting / columnCount), shared);
  return tiles > 1 ? { columns: tiles * columnCount, packed, sum: undefined } : undefined;
}

/** Blocks of columns, so that their panels stay in a cache. */
function ofCopies(tiled: Tiled, target: Target): Blocks | undefined {
  const { nest, rows, columns, columnCount, packable } = tiled;
  const packed = [...packable.apart, ...packable.beside];
  if (!rows || packed.length === 0) return undefined;
  const hasRoom = !isTooLong(wantedOf(packable));
  const cached = Math.min(target.sharedCacheBytes, target.cacheBytes * cachesOfRows);
  const areReadOnce = columns.extent <= columnCount;
  if (hasRoom && (areReadOnce || bytesOfRows(tiled, packed) <= cached)) return undefined;
  if (isSharedOtherwise(tiled, packed) && !isTooLong(packed)) {
    const isFitting = bytesOfPanels(packed, columns.extent) <= target.cacheBytes;
    if (isFitting) return { columns: columns.extent, packed, sum: undefined };
  }
  const bytes = bytesOfPanels(packed, columnCount);
  const most = target.cacheBytes * shareOfTile;
  const sum = bytes > most ? sumInParts(nest, packed, columnCount, most) : undefined;
  if (!sum && isTooLong(packed)) return undefined;
  const ofTile = sum ? bytesOfPart(sum, packed, columnCount) : bytes;
  const fitting = Math.floor(target.cacheBytes / ofTile);
  const shared = Math.ceil(columns.extent / columnCount / fewestBlocks);
  const tiles = Math.max(1, Math.min(fitting, shared));
  return tiles > 1 || sum ? { columns: tiles * columnCount, sum, packed } : undefined;
}

/** Whether threads can share another loop, such as one over pictures: then one block may have all columns. */
function isSharedOtherwise({ nest, rows, columns }: Tiled, packed: readonly Packed[]): boolean {
  const [outermost] = nest.loops.filter(l => l !== columns);
  if (!outermost || outermost === rows || outermost.extent < fewestBlocks) return false;
  return packed.every(p => strideAlong(p, outermost) === 0);
}

function sumInParts(
  { body }: Nest,
  packed: readonly Packed[],
  columns: number,
  mostBytes: number,
): SumInParts | undefined {
  const of = plainSumIn(body);
  if (!of) return undefined;
  const ofTurn = bytesOfPart({ of, size: 1 }, packed, columns);
  const most = Math.floor(mostBytes / ofTurn);
  const { extent } = of.terms;
  return most < 1 || most >= extent
    ? undefined
    : { of, size: Math.ceil(extent / Math.ceil(extent / most)) };
}

function bytesOfPart(
  { of: { terms }, size }: SumInParts,
  packed: readonly Packed[],
  columns: number,
): number {
  const part = packed.map(p => {
    return { ...p, loops: p.loops.map(l => (l === terms ? { ...l, extent: size } : l)) };
  });
  return bytesOfPanels(part, columns);
}

/** Bytes of the rows that all columns of a block read. */
function bytesOfRows({ nest, columns, reads }: Tiled, packed: readonly Packed[]): number {
  const turning = nest.loops.filter(l => packed.every(p => strideAlong(p, l) === 0));
  const bytes = reads
    .filter(read => strideAlong(read, columns) === 0)
    .map(({ node, index = [], path }) => {
      const loops = new Map([...turning, ...loopsAlong(path)].map(l => [l.loop, l.extent]));
      const ranges = index.map(ix => rangeOf(ix, loop => loops.get(loop) ?? 1));
      return product(ranges.map(({ min, max }) => max - min + 1)) * bytesOf[node.dtype];
    });
  return bytes.reduce((a, b) => a + b, 0);
}
