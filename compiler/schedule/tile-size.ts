/**
 * How many vectors and rows a tile has: as many as registers hold, of those the numbers that leave a loop
 * with the fewest steps. 24 columns on vectors of 16 are one tile of two vectors, 48 one of three. Where nothing
 * is left over, 6 rows × 4 vectors or 8 × 3 are better than 14 × 2, which load more for each multiply-add.
 */
import type { For } from '../loop/ir.ts';
import { type Again, type Piece, piecesOfColumns, piecesOfRows } from './pieces.ts';
import type { Taps } from './taps.ts';

export interface Size {
  readonly rowCount: number;
  readonly vectors: number;
}

export interface Loops {
  readonly rows: For | undefined;
  readonly columns: For;
  readonly lanes: number;
  readonly again: Again;
  /** All of which each tile has. */
  readonly taps?: Taps | undefined;
}

/** How many rows a tile has at most, and from which share of these on it rather has no rows left over. */
export interface RowLimits {
  readonly most: number;
  readonly share: number;
}

/** Rows times vectors of sums that keep two units busy, each four steps behind. */
export const enoughSums = 8;

/**
 * What it takes to load a number of a row, in multiply-adds. It is done beside these, but is one more instruction
 * to decode and to have a place for while it waits. A vector of the columns is a line of a cache: half as much again.
 */
const stepsOfLoad = 1 / 4;

export function stepsOfLoads({ rowCount, vectors }: Size, taps?: Taps): number {
  const { ofRows, ofColumns } = loadsOfTaps(taps);
  return (rowCount * ofRows + 1.5 * vectors * ofColumns) * stepsOfLoad;
}

/** For each row and each vector: as many as there are taps on the side that these differ on. */
function loadsOfTaps(taps: Taps | undefined): {
  readonly ofRows: number;
  readonly ofColumns: number;
} {
  const count = countOf(taps);
  return taps?.ofColumns ? { ofRows: 1, ofColumns: count } : { ofRows: count, ofColumns: 1 };
}

export function countOf(taps: Taps | undefined): number {
  return taps?.loop.extent ?? 1;
}

/** Registers for the sums, for a vector of each column, and for a number of a row. */
export function registersFor({ rowCount, vectors }: Size, taps?: Taps): number {
  return rowCount * vectors * countOf(taps) + vectors * loadsOfTaps(taps).ofColumns + 1;
}

/** The first of those that are as good. */
const vectorCounts = [2, 1, 3, 4];

/** `registers` are those of one sum. */
export function sizeOf(loops: Loops, registers: number, limits: RowLimits): Size {
  const { rows, taps } = loops;
  const most = Math.max(1, Math.min(4, mostVectors(loops)));
  if (!rows) return { vectors: most, rowCount: 1 };
  const isFitting = (vectors: number): boolean =>
    (vectors <= 2 && !taps) || registersFor({ rowCount: 1, vectors }, taps) <= registers;
  const sizes = vectorCounts
    .filter(vectors => vectors <= most && isFitting(vectors))
    .flatMap(vectors =>
      rowCountsOf(rows, vectors, taps, registers, limits).map(rowCount => ({ vectors, rowCount })),
    );
  const stepsEach = sizes.map(size => stepsOf(size, loops, rows));
  return sizes[stepsEach.indexOf(Math.min(...stepsEach))] ?? { vectors: most, rowCount: 1 };
}

/** Undefined where tiles of all taps do not fit, or take more steps than tiles of one. */
export function sizeWithTaps(
  loops: Loops,
  without: Size,
  registers: number,
  limits: RowLimits,
): Size | undefined {
  const { rows, taps } = loops;
  if (!rows || !taps) return undefined;
  const size = sizeOf(loops, registers, limits);
  const each = stepsOf(without, { ...loops, taps: undefined }, rows) * countOf(taps);
  const isFast = stepsOf(size, loops, rows) <= each;
  return isFast && registersFor(size, taps) <= registers ? size : undefined;
}

/** So many vectors all columns are. */
export function mostVectors({ columns, lanes, again }: Omit<Loops, 'rows'>): number {
  const all = columns.extent / lanes;
  return again.atOnce ? Math.ceil(all) : Math.floor(all);
}

/** What fits beside what is loaded for one step of a sum: rather what leaves no row over, or all that fit. */
function rowCountsOf(
  rows: For,
  vectors: number,
  taps: Taps | undefined,
  registers: number,
  limits: RowLimits,
): readonly number[] {
  const beside = registersFor({ rowCount: 0, vectors }, taps);
  const fitting = Math.floor((registers - beside) / (vectors * countOf(taps)));
  const most = Math.max(1, Math.min(limits.most, fitting));
  const divisor = Array.from({ length: most }, (_, i) => most - i).find(
    n => rows.extent % n === 0 && n > most * limits.share,
  );
  const even = Math.ceil(rows.extent / Math.ceil(rows.extent / most));
  return divisor === undefined || divisor === even ? [even] : [divisor, even];
}

/** Tiles of another size are as much code again, so they should save something. */
const another = 1.02;

/** Of all tiles for one term: multiply-adds, or loads where these are more, or waiting; and loads beside them. */
function stepsOf(
  { vectors, rowCount }: Size,
  { columns, lanes, again, taps }: Loops,
  rows: For,
): number {
  const { ofRows, ofColumns } = loadsOfTaps(taps);
  const acrossRows = piecesOfRows(rows.extent, rowCount);
  const acrossColumns = piecesOfColumns(columns.extent, vectors, lanes, again);
  const stepsIn = (row: Piece, column: Piece): number => {
    const each = Math.ceil(column.count / column.lanes);
    const sums = row.count * each * countOf(taps);
    const steps = Math.max(sums, row.count * ofRows + each * ofColumns, enoughSums);
    const loads = stepsOfLoads({ rowCount: row.count, vectors: each }, taps);
    return row.tiles * column.tiles * (steps + loads);
  };
  const all = acrossRows.flatMap(row => acrossColumns.map(column => stepsIn(row, column)));
  return all.reduce((a, b) => a + b, 0) * another ** (acrossRows.length * acrossColumns.length - 1);
}

/**
 * One row of sums for as many columns as a cache of the first level holds easily: of what is read row
 * by row, far apart, long pieces are read at once.
 */
export function sizeOfWholeRows(columns: For, lanes: number): Size {
  const vectors = Math.max(1, Math.floor(Math.min(columns.extent, mostSums) / lanes));
  return { vectors, rowCount: 1 };
}

const mostSums = 2048;
