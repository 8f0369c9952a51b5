/**
 * Chooses how many vectors and rows a tile has: of the sizes that fit in registers, the one with the fewest steps in
 * all. 24 columns on vectors of 16 are one tile of two vectors, 48 one of three. If nothing is left over, 6 rows × 4
 * vectors or 8 × 3 are better than 14 × 2, which load more per multiply-add.
 */
import type { For } from '../../loop/ir.ts';
import { type Again, type Piece, piecesOfColumns, piecesOfRows } from './pieces.ts';
import { pixelsOf, type Taps } from './taps.ts';
import type { RowLimits } from './tile-loops.ts';

export interface Size {
  readonly rowCount: number;
  readonly vectors: number;
}

export interface Loops {
  readonly rows: For | undefined;
  readonly columns: For;
  readonly lanes: number;
  readonly again: Again;
  /** Taps, all of which belong to each tile. */
  readonly taps?: Taps | undefined;
}

/** Rows times vectors of sums that keep two FMA units busy, each with a latency of four steps. */
export const enoughSums = 8;

/**
 * The cost of loading a number of a row, in multiply-adds. Loads run beside these, but each is one more instruction to
 * decode and to keep in flight. A vector of columns is a whole cache line and costs half as much again.
 */
const stepsOfLoad = 1 / 4;

export function stepsOfLoads(size: Size, taps?: Taps): number {
  const { ofRows, ofColumns } = loadsOf(size, taps);
  return (ofRows + 1.5 * ofColumns) * stepsOfLoad;
}

/** Loads for all taps. If each tap has sums of its own, the operands on one side are the same for all of them. */
function loadsOf(
  { rowCount, vectors }: Size,
  taps: Taps | undefined,
): { readonly ofRows: number; readonly ofColumns: number } {
  const count = countOf(taps);
  if (taps?.kind === 'terms')
    return { ofRows: pixelsOf(taps, rowCount), ofColumns: vectors * count };
  return taps?.ofColumns
    ? { ofRows: rowCount, ofColumns: vectors * count }
    : { ofRows: rowCount * count, ofColumns: vectors };
}

export function countOf(taps: Taps | undefined): number {
  return taps?.loop.extent ?? 1;
}

/** Sums for each row and vector. */
function sumsEach(taps: Taps | undefined): number {
  return taps?.kind === 'cells' ? taps.loop.extent : 1;
}

/** Registers for the sums, for the vectors of columns, and for one number of a row, or one per tap of a term. */
export function registersFor(size: Size, taps?: Taps): number {
  const { ofColumns } = loadsOf(size, taps);
  const ofRow = taps?.kind === 'terms' ? countOf(taps) : 1;
  return size.rowCount * size.vectors * sumsEach(taps) + ofColumns + ofRow;
}

/** The first of those that are as good. */
const vectorCounts = [2, 1, 3, 4, 5];

/** Of more, only as many as all columns are, where these leave lanes over that no later tile may reach back for. */
const mostVectorsOfSome = 4;

/** `registers` are those of one sum. */
export function sizeOf(loops: Loops, registers: number, limits: RowLimits): Size {
  const { rows, taps } = loops;
  const all = mostVectors(loops);
  const most = Math.max(1, Math.min(mostVectorsOfSome, all));
  if (!rows) return { vectors: most, rowCount: 1 };
  const isFitting = (vectors: number): boolean =>
    (vectors <= 2 && !taps) || registersFor({ rowCount: 1, vectors }, taps) <= registers;
  const sizes = vectorCounts
    .filter(vectors => vectors <= most || (vectors === all && leavesLanes(loops)))
    .filter(isFitting)
    .flatMap(vectors =>
      rowCountsOf(rows, vectors, taps, registers, limits).map(rowCount => ({ vectors, rowCount })),
    );
  const stepsEach = sizes.map(size => stepsOf(size, loops, rows));
  return sizes[stepsEach.indexOf(Math.min(...stepsEach))] ?? { vectors: most, rowCount: 1 };
}

function leavesLanes({ columns, lanes, again }: Loops): boolean {
  return columns.extent % lanes !== 0 && again.atOnce && !again.later;
}

/** Undefined if tiles of all taps do not fit, or take more steps than tiles of one. */
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
  const isFast = stepsOf(size, loops, rows) <= each * closeBy;
  return isFast && registersFor(size, taps) <= registers ? size : undefined;
}

/** Tiles of all taps read a fraction of the lines that tiles of one tap do, so they may take a few more steps. */
const closeBy = 1.08;

const fewRows = 4;

/** Whether taps of a term leave registers for some rows. */
export function fewRowsFit(taps: Taps, registers: number): boolean {
  return registersFor({ rowCount: fewRows, vectors: 1 }, taps) <= registers;
}

/** How many vectors all columns make. */
export function mostVectors({ columns, lanes, again }: Omit<Loops, 'rows'>): number {
  const all = columns.extent / lanes;
  return again.atOnce ? Math.ceil(all) : Math.floor(all);
}

/** Candidate row counts that fit in registers: one that leaves no row over, or as many as fit. */
function rowCountsOf(
  rows: For,
  vectors: number,
  taps: Taps | undefined,
  registers: number,
  limits: RowLimits,
): readonly number[] {
  const beside = registersFor({ rowCount: 0, vectors }, taps);
  const fitting = Math.floor((registers - beside) / (vectors * sumsEach(taps)));
  const most = Math.max(1, Math.min(limits.most, fitting));
  const divisor = Array.from({ length: most }, (_, i) => most - i).find(
    n => rows.extent % n === 0 && n > most * limits.share,
  );
  const even = Math.ceil(rows.extent / Math.ceil(rows.extent / most));
  return divisor === undefined || divisor === even ? [even] : [divisor, even];
}

/** Tiles of a second size double the code, so they should save something. */
const another = 1.02;

/** The cost of all tiles per term: multiply-adds, or loads or latency if these dominate, plus the loads beside them. */
function stepsOf(
  { vectors, rowCount }: Size,
  { columns, lanes, again, taps }: Loops,
  rows: For,
): number {
  const acrossRows = piecesOfRows(rows.extent, rowCount);
  const acrossColumns = piecesOfColumns(columns.extent, vectors, lanes, again);
  const stepsIn = (row: Piece, column: Piece): number => {
    const size = { rowCount: row.count, vectors: Math.ceil(column.count / column.lanes) };
    const { ofRows, ofColumns } = loadsOf(size, taps);
    const sums = size.rowCount * size.vectors * countOf(taps);
    const waiting = (enoughSums * countOf(taps)) / sumsEach(taps);
    const steps = Math.max(sums, ofRows + ofColumns, waiting);
    return row.tiles * column.tiles * (steps + stepsOfLoads(size, taps));
  };
  const all = acrossRows.flatMap(row => acrossColumns.map(column => stepsIn(row, column)));
  return all.reduce((a, b) => a + b, 0) * another ** (acrossRows.length * acrossColumns.length - 1);
}

/**
 * One row of sums for as many columns as fit easily in the first-level cache, so that rows which are far apart are read
 * in long contiguous pieces.
 */
export function sizeOfWholeRows(columns: For, lanes: number): Size {
  const vectors = Math.max(1, Math.floor(Math.min(columns.extent, mostSums) / lanes));
  return { vectors, rowCount: 1 };
}

const mostSums = 2048;
