/**
 * Chooses what is packed into panels before a tile reads it: operands that are strided across the columns, and rows that
 * are too far apart for the caches or cross its lines, if enough turns read the same cells.
 */
import { bytesOf } from '../../core/dtype.ts';
import { type Index, sameIndices } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { product } from '../../support/list.ts';
import type { Origins } from '../../support/source.ts';
import { type Nest, sitesOf, strideAlong } from '../nest.ts';
import { isDense } from './dense.ts';
import { mappedBytes, pageBytes } from '../target.ts';

export interface Packed {
  readonly node: TensorNode;
  readonly index: readonly Index[];
  /** The loops inside the nest's body that it depends on. */
  readonly loops: readonly For[];
  readonly origins: Origins;
}

/** The most bytes of all panels of a tile, which should stay in the second-level cache. */
const largestPanels = 512 * 1024;

/** Columns whose panels must fit, whatever the width of vectors is. */
const panelColumns = 32;

/** An operand is packed if each cell is read at least so often. */
const fewestReuses = 4;

/** An operand that could be read in place is packed if so many tiles read it; packing takes as long as one tile's reads. */
export const fewestTiles = 2;

/** The same for a dense operand, which is nearly as fast in place. */
const fewestTilesOfDense = 4;

/** The same for one that is as near, but whose vectors cross cache lines. */
const fewestTilesOfCrossing = 16;

const lineBytes = 64;

/** Operands that may be packed, if there is room. */
export interface Packable {
  /** Operands with strided columns, which must be packed. */
  readonly apart: readonly Packed[];
  /** Operands with contiguous columns. */
  readonly beside: readonly Packed[];
  /** Those of them whose vectors cross cache lines in place, and not in a panel. */
  readonly crossing: readonly Packed[];
}

interface Tiled {
  readonly nest: Nest;
  readonly columns: For;
  readonly rows: For | undefined;
  readonly rowCount: number;
  /** Whether panels have whole vectors of columns. */
  readonly isWhole: boolean;
}

/** Undefined if something would have to be packed that is not worth packing. */
export function packableIn(
  across: readonly Site[],
  { nest, columns, rows, rowCount, isWhole }: Tiled,
): Packable | undefined {
  const [apart = [], beside = []] = [false, true].map(isBeside =>
    distinct(across.filter(r => (strideAlong(r, columns) === 1) === isBeside).map(packedAs)),
  );
  const isRead =
    (times: number) =>
    (p: Packed): boolean =>
      isWorthPacking(p, nest, rows, times);
  if (!apart.every(isRead(fewestReuses))) return undefined;
  const isReadByTiles = (p: Packed): boolean =>
    isRead(Math.max(fewestReuses, (isDense(p) ? fewestTilesOfDense : fewestTiles) * rowCount))(p);
  const isSmaller = (p: Packed): boolean => !doColumnsOverlap(p, columns.extent);
  const readable = beside.filter(isSmaller).filter(isReadByTiles);
  const isReadOften = isRead(fewestTilesOfCrossing * rowCount);
  const crossing = isWhole ? readable.filter(isCrossing).filter(isReadOften) : [];
  return { apart, beside: readable, crossing };
}

/** Whether most vectors of a matrix lie in two cache lines, so that each load takes two accesses. */
function isCrossing({ node, index, loops: [terms, ...others] }: Packed): boolean {
  if (!terms || others.length > 0) return false;
  return ((strideOf(node, index, terms.loop) ?? 0) * bytesOf[node.dtype]) % lineBytes !== 0;
}

/** Whether columns of one term are those of the next as well, so that a copy is larger than what it is of. */
export function doColumnsOverlap({ node, index, loops }: Packed, columns: number): boolean {
  return loops.some(({ loop }) => Math.abs(strideOf(node, index, loop) ?? Infinity) < columns);
}

/** The operands packed for all terms of a tile; undefined if there is no room for one that must be packed. */
export function packedOf(packable: Packable): readonly Packed[] | undefined {
  const { apart } = packable;
  const wanted = wantedOf(packable);
  if (!isTooLong(wanted)) return wanted;
  return isTooLong(apart) ? undefined : apart;
}

/**
 * Operands that are cheaper to pack than to read in place: if the rows of a tile's columns span more pages than the TLB
 * covers, each row misses the TLB, and hardware prefetchers do not help, since they stop at the end of a page. So are those whose vectors cross cache lines.
 */
export function wantedOf({ apart, beside, crossing }: Packable): readonly Packed[] {
  return [...apart, ...beside.filter(p => crossing.includes(p) || isFarApart(p, mappedBytes))];
}

/** Whether the panels of one tile exceed the room for them. */
export function isTooLong(packed: readonly Packed[]): boolean {
  return bytesOfPanels(packed, panelColumns) > largestPanels;
}

export function distinct(all: readonly Packed[]): readonly Packed[] {
  const isSame = (a: Packed, b: Packed): boolean =>
    a.node === b.node && sameIndices(a.index, b.index);
  return all.filter((p, i) => all.findIndex(q => isSame(p, q)) === i);
}

export function bytesOfPanels(packed: readonly Packed[], columns: number): number {
  const bytes = packed.map(
    ({ node, loops }) => product(loops.map(loop => loop.extent)) * columns * bytesOf[node.dtype],
  );
  return bytes.reduce((a, b) => a + b, 0);
}

/** Whether rows are so far apart that only few of them stay in a cache. */
export function areRowsFarApart(site: Site): boolean {
  return isFarApart(packedAs(site), farBytes);
}

/** Whether what is read spans more than so many bytes, or maps to few cache sets. */
function isFarApart({ node, index, loops }: Packed, most: number): boolean {
  return loops.some(({ loop, extent }) => {
    const bytes = (strideOf(node, index, loop) ?? 0) * bytesOf[node.dtype];
    return bytes * extent > most || (bytes > 0 && bytes % pageBytes === 0);
  });
}

const farBytes = 8 * 1024 * 1024;

export function packedAs({ node, index = [], path, leaf }: Site): Packed {
  const loops = loopsAlong(path).filter(({ loop }) => strideOf(node, index, loop) !== 0);
  return { node, index, loops, origins: leaf.origins };
}

/** Whether enough turns read the same cells to pay for packing. */
function isWorthPacking(p: Packed, nest: Nest, rows: For | undefined, times: number): boolean {
  const isRepeated = (loop: For): boolean => strideAlong(p, loop) === 0;
  const reuses = product(nest.loops.filter(isRepeated).map(loop => loop.extent));
  const isWritten = sitesOf(nest).some(site => site.node === p.node && site.kind !== 'read');
  const isShared = rows !== undefined && isRepeated(rows);
  return isShared && !isWritten && reuses >= times;
}
