/** Chooses the loops of a nest that are the columns and rows of its tile, and limits the number of rows. */
import { bytesOf } from '../../core/dtype.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { type Nest, sitesOf, strideAlong, turnsIn } from '../nest.ts';
import { isStreamed, mostRowsStreamed } from './rows-first.ts';
import { pageBytes, type Target } from '../target.ts';

/** The most rows of a tile, and the share of these from which a count that leaves no rows over is preferred. */
export interface RowLimits {
  readonly most: number;
  readonly share: number;
}

/**
 * The loop along which the last store is contiguous. If it does not fill a vector and sums are long, rather one along which
 * the sums read contiguous cells, since storing then takes little of the time.
 */
export function columnsOf(nest: Nest, lanes: number): For | undefined {
  const stored = storedBeside(nest);
  if (stored === undefined || stored.extent >= lanes || !areSumsLong(nest)) return stored;
  return nest.loops.find(l => l.extent >= lanes && isReadSideBySide(nest, l)) ?? stored;
}

export function storedBeside(nest: Nest): For | undefined {
  const last = sitesOf(nest).findLast(s => s.kind !== 'read' && s.node.dims.length > 0);
  return nest.loops.find(l => l.extent > 1 && last && strideAlong(last, l) === 1);
}

function areSumsLong({ body }: Nest): boolean {
  return Math.max(...body.map(turnsIn)) >= longSum;
}

const longSum = 256;

function isReadSideBySide(nest: Nest, loop: For): boolean {
  const strides = summedIn(nest).map(read => strideAlong(read, loop));
  return strides.includes(1) && strides.every(stride => stride === 0 || stride === 1);
}

/** The reads of the sums. */
export function summedIn(nest: Nest): readonly Site[] {
  return readsOf(nest).filter(({ path }) => loopsAlong(path).length > 0);
}

export function readsOf(nest: Nest): readonly Site[] {
  return sitesOf(nest).filter(({ kind, node }) => kind === 'read' && node.dims.length > 0);
}

const mostRows = 14;
const mostRowsApart = 8;

/**
 * Cells that are multiples of a page apart map to the same few sets of the first-level cache: as many rows as it has
 * ways, less those for the columns.
 */
export function rowLimitsOf(
  nest: Nest,
  rows: For | undefined,
  columns: For,
  reads: readonly Site[],
  target: Target,
): RowLimits {
  if (isStreamed(nest, rows, columns, target)) return { most: mostRowsStreamed, share: 3 / 4 };
  const isPagesApart = reads.some(read => {
    const bytes = (rows ? (strideAlong(read, rows) ?? 0) : 0) * bytesOf[read.node.dtype];
    return bytes !== 0 && bytes % pageBytes === 0;
  });
  return { most: isPagesApart ? mostRowsApart : mostRows, share: 1 / 2 };
}

/**
 * A loop that does not change what is read across the columns: the innermost that fills a tile, since its turns mostly
 * read nearby cells, or else the longest.
 */
export function rowsOf({ loops }: Nest, columns: For, across: readonly Site[]): For | undefined {
  const isShared = (loop: For): boolean => across.some(site => strideAlong(site, loop) === 0);
  const candidates = loops.filter(l => l !== columns && l.extent > 1 && isShared(l));
  return (
    candidates.findLast(l => l.extent >= mostRows) ??
    candidates.toSorted((a, b) => b.extent - a.extent)[0]
  );
}
