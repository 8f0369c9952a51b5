/** Which loops of a nest are the columns and the rows of its tile, and how many rows it may have. */
import { bytesOf } from '../core/dtype.ts';
import { loopsAlong, type Site } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { type Nest, sitesOf, strideAlong, turnsIn } from './nest.ts';
import { isStreamed, mostRowsStreamed } from './rows-first.ts';
import { pageBytes, type Target } from './target.ts';

/** How many rows a tile has at most, and from which share of these on it rather has no rows left over. */
export interface RowLimits {
  readonly most: number;
  readonly share: number;
}

/**
 * The loop whose turns the last store has side by side. Where these do not fill a vector and sums are
 * long, rather one whose turns the sums read side by side, as storing takes little of the time then.
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

/** What the sums read. */
export function summedIn(nest: Nest): readonly Site[] {
  return readsOf(nest).filter(({ path }) => loopsAlong(path).length > 0);
}

export function readsOf(nest: Nest): readonly Site[] {
  return sitesOf(nest).filter(({ kind, node }) => kind === 'read' && node.dims.length > 0);
}

const mostRows = 14;
const mostRowsApart = 8;

/**
 * Cells whole pages apart have the same few places in a cache of the first level: as many rows as it
 * has, less what the columns take.
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
 * A loop that does not change what is read across the columns: the innermost that fills a tile, as
 * its turns mostly read what lies near, or else the longest.
 */
export function rowsOf({ loops }: Nest, columns: For, across: readonly Site[]): For | undefined {
  const isShared = (loop: For): boolean => across.some(site => strideAlong(site, loop) === 0);
  const candidates = loops.filter(l => l !== columns && l.extent > 1 && isShared(l));
  return (
    candidates.findLast(l => l.extent >= mostRows) ??
    candidates.toSorted((a, b) => b.extent - a.extent)[0]
  );
}
