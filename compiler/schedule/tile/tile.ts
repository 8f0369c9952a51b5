/**
 * Chooses a tile for a nest: which loop runs across the lanes of vectors, which across the rows, how
 * many of each at once. Columns are the turns that stores have side by side in memory; rows share
 * what is loaded for the columns, so more rows load less, as long as the tile fits in registers.
 */
import type { TensorNode } from '../../core/tensor-node.ts';
import { type Site, usedIn } from '../../loop/facts.ts';
import type { For, Leaf, Stmt } from '../../loop/ir.ts';
import { visitExpr, visitStmts } from '../../loop/traverse.ts';
import { grouped } from '../../support/count.ts';
import { type Blocks, blocksFor } from './blocks.ts';
import { areOfTerms, innermostIn } from './conditions.ts';
import {
  mayRunTwice,
  mayRunTwiceAtOnce,
  type Nest,
  sitesOf,
  strideAlong,
  turnsOf,
} from '../nest.ts';
import type { NestOverride } from '../override.ts';
import { areRowsFarApart, packableIn, type Packed, packedOf, wantedOf } from './packing.ts';
import type { Again } from './pieces.ts';
import { resized } from './resized.ts';
import { type RowCopies, rowCopiesFor } from './row-copies.ts';
import { type Square, squareFor } from './squares.ts';
import type { TileStep } from '../step.ts';
import type { SumInParts } from './sum-parts.ts';
import { lanesOf, type Target } from '../target.ts';
import { type Taps, tapsOfCells, tapsOfTerms } from './taps.ts';
import { columnsOf, readsOf, rowLimitsOf, rowsOf, storedBeside, summedIn } from './tile-loops.ts';
import {
  fewRowsFit,
  type Loops,
  type Size,
  sizeOf,
  sizeOfWholeRows,
  sizeWithTaps,
} from './tile-size.ts';

export interface Tile {
  readonly rows: For | undefined;
  readonly columns: For;
  readonly rowCount: number;
  readonly vectors: number;
  readonly lanes: number;
  /** Which of its columns may be computed twice. */
  readonly again: Again;
  /** Taps, all of which belong to the tile. */
  readonly taps?: Taps | undefined;
  /** Operands whose columns are not contiguous, and which are copied so that they are. */
  readonly packed: readonly Packed[];
  readonly blocks?: Blocks;
  /** A copy of what several rows read. */
  readonly rowCopies?: RowCopies;
  /** Instead of `packed`: an operand transposed in squares that stay in registers. */
  readonly square?: Square;
}

/** Why a nest stays as it is. */
export interface NoTile {
  readonly because: string;
}

export function isTile(found: Tile | NoTile): found is Tile {
  return !('because' in found);
}

/** The best tile; undefined if none would be faster than the plain nest, unless a size is requested. */
export function tileFor(nest: Nest, target: Target, asked: NestOverride = {}): Tile | NoTile {
  const sums = sumsOf(nest);
  const isAsked = asked.rows !== undefined || asked.vectors !== undefined;
  const because = obstacle(nest, target, isAsked ? 0 : target.leastTurns);
  if (because !== undefined) return { because };
  const lanes = lanesOf(target, sums[0]?.dtype ?? 'f32');
  const columns = columnsOf(nest, lanes);
  if (!columns) return { because: 'no loop stores cells that lie side by side' };
  const reads = columns === storedBeside(nest) ? readsOf(nest) : summedIn(nest);
  const across = reads.filter(r => strideAlong(r, columns) !== 0);
  const rows = rowsOf(nest, columns, across);
  const limits = rowLimitsOf(nest, rows, columns, reads, target);
  const again = { later: mayRunTwice(nest.body), atOnce: mayRunTwiceAtOnce(nest.body) };
  const registers = target.vectorRegisters / sums.length;
  const loops = { rows, columns, lanes, again, taps: fittingTaps(nest, rows, registers) };
  const without =
    rows || !across.some(areRowsFarApart)
      ? sizeOf(loops, registers, limits)
      : sizeOfWholeRows(columns, lanes);
  const sized = (chosen: Loops & Size): Tile | NoTile => {
    const size = isAsked ? resized(chosen, asked) : chosen;
    if ('because' in size) return size;
    if (!isDecided(nest, chosen))
      return { because: 'its terms have conditions that not all rows and columns share' };
    return withCopies({ ...chosen, ...size, packed: [] }, nest, { across, reads }, target, asked);
  };
  const ofTaps = { ...loops, taps: tapsOfCells(nest, rows, loops, summedIn(nest)) };
  const withTaps = sizeWithTaps(ofTaps, without, registers, limits);
  const tile = withTaps && sized({ ...ofTaps, ...withTaps });
  return tile && isTile(tile) && copiesNothing(tile) ? tile : sized({ ...loops, ...without });
}

/** Taps that are terms of a sum, if they leave registers for some rows. */
function fittingTaps(nest: Nest, rows: For | undefined, registers: number): Taps | undefined {
  const taps = tapsOfTerms(nest, rows);
  return taps && fewRowsFit(taps, registers) ? taps : undefined;
}

/** Whether conditions depend on no iteration of a tile, except those of terms that each row, or tap, takes for itself. */
function isDecided({ body }: Nest, { rows, columns, taps }: Loops): boolean {
  const isDecidedFor = (loop: For | undefined, terms?: For): boolean =>
    areOfTerms(body, loop, terms);
  if (!isDecidedFor(columns)) return false;
  return taps?.kind === 'cells'
    ? isDecidedFor(rows) && isDecidedFor(taps.loop, innermostIn(body))
    : isDecidedFor(rows, taps?.loop);
}

/** What is copied is copied for one tap, and comes from a cache as it is. */
function copiesNothing({ packed, blocks, square }: Tile): boolean {
  return packed.length === 0 && !blocks && !square;
}

/** The tile with what is copied for it, in blocks where these pay. */
function withCopies(
  tile: Tile,
  nest: Nest,
  { across, reads }: { readonly across: readonly Site[]; readonly reads: readonly Site[] },
  target: Target,
  asked: NestOverride,
): Tile | NoTile {
  const { rows, columns, rowCount, vectors, lanes } = tile;
  if (asked.pack === false) return tile;
  const isWhole = hasWholeVectors(tile);
  const packable = packableIn(across, { nest, columns, rows, rowCount, isWhole });
  if (!packable) return { because: 'what it would copy is read too seldom' };
  const isOne = asked.vectors === undefined || asked.vectors === 1;
  const whole = asked.rows === undefined ? { ...tile, rowCount: rows?.extent ?? 1 } : tile;
  const square = isOne ? squareFor(wantedOf(packable), nest, whole, target) : undefined;
  if (square) return { ...whole, vectors: 1, square };
  const columnCount = vectors * lanes;
  // A tile of all taps reads the operands of its rows once for all of them.
  const rowCopies =
    tile.taps?.kind === 'cells'
      ? undefined
      : rowCopiesFor({ nest, rows, columns, rowCount, columnCount, lanes, reads }, target);
  const tiled = { nest, rows, columns, rowCount, columnCount, packable, reads };
  const copying = rowCopies ? { ...tile, rowCopies } : tile;
  const blocks = asked.block === false ? undefined : blocksFor(tiled, target);
  if (blocks) return { ...copying, packed: blocks.packed, blocks };
  const packed = packedOf(packable);
  return packed ? { ...copying, packed } : { because: 'what it would copy is too large' };
}

/** Whether its panels have whole vectors of columns, the last of them by reaching back. */
function hasWholeVectors({ taps, again, vectors, lanes, columns }: Tile): boolean {
  return !taps && again.later && vectors * lanes <= columns.extent;
}

/** The sums that a tile keeps for each of its cells. */
export function sumsOf(nest: Nest): readonly TensorNode[] {
  const summed = new Set(nest.body.filter(s => s.kind === 'for').flatMap(s => [...usedIn(s)]));
  return scalarsOf(nest).filter(node => summed.has(node));
}

function scalarsOf({ body }: Nest): readonly TensorNode[] {
  return body.flatMap(s => (s.kind === 'declare' ? [s.node] : []));
}

function obstacle(nest: Nest, target: Target, leastTurns: number): string | undefined {
  const dtypes = new Set(scalarsOf(nest).map(({ dtype }) => dtype));
  const dtype = sumsOf(nest)[0]?.dtype;
  if (dtype === undefined) return 'it keeps no sum in a register';
  if (!isPlain(nest)) return 'it holds more than sums and stores at plain subscripts';
  const turns = turnsOf(nest);
  if (turns < leastTurns) return `${grouped(turns)} turns are too few`;
  if (dtypes.size > 1) return 'its sums differ in dtype';
  return lanesOf(target, dtype) < 2 ? `there are no vectors of ${dtype}` : undefined;
}

export function stepOf(tile: Tile): TileStep {
  const { rows, columns, taps, rowCount, vectors, lanes, packed, blocks, rowCopies, square } = tile;
  const { of, size = 0 } = blocks?.sum ?? {};
  const width = Math.min(columns.extent, blocks?.columns ?? vectors * lanes);
  return {
    kind: 'tile',
    rows: rows && { loop: rows.loop, count: rowCount },
    columns: { loop: columns.loop, vectors, lanes },
    taps: taps && { loop: taps.loop.loop, count: taps.loop.extent },
    blocks: blocks && {
      columns: blocks.columns,
      terms: of && { loop: of.terms.loop, count: size },
    },
    packed: [
      ...panelsOf(packed, width, blocks?.sum),
      ...(rowCopies ? panelsOf(rowCopies.packed, heightOf(rowCopies, rows), blocks?.sum) : []),
      ...(square ? [{ node: square.of.node.name, dims: [lanes, lanes] }] : []),
    ],
  };
}

function heightOf({ rowCount }: RowCopies, rows: For | undefined): number {
  return Math.min(rowCount, rows?.extent ?? 1);
}

function panelsOf(
  packed: readonly Packed[],
  beside: number,
  sum: SumInParts | undefined,
): TileStep['packed'] {
  return packed.map(({ node, loops }) => {
    const dims = loops.map(l => (l === sum?.of.terms ? sum.size : l.extent));
    return { node: node.name, dims: [...dims, beside] };
  });
}

/** Loops, scalars, and stores at plain subscripts, some of them in a loop. */
function isPlain(nest: Nest): boolean {
  const parts: Stmt[] = [];
  nest.body.forEach(s => visitStmts(s, part => parts.push(part)));
  return (
    parts.some(s => s.kind === 'for') &&
    parts.every(s => s.kind !== 'for' || s.mode === 'serial') &&
    parts.every(s => s.kind !== 'declare' || s.node.dims.length === 0) &&
    parts.every(s => s.kind !== 'fill' && s.kind !== 'scatter') &&
    sitesOf(nest).every(site => isKnown(site, nest))
  );
}

/** Whether it is clear how far apart the cells of neighbouring turns are. */
function isKnown(site: Site, { loops }: Nest): boolean {
  const isStrided = loops.every(loop => strideAlong(site, loop) !== undefined);
  return isStrided && !hasIndexValue(site.leaf);
}

function hasIndexValue(leaf: Leaf): boolean {
  let has = false;
  if (leaf.kind !== 'fill') visitExpr(leaf.value, e => (has ||= e.kind === 'index'));
  return has;
}
