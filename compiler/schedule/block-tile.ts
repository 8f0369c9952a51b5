/**
 * The tile of a product that one block of a GPU computes, and how its threads share it. What the rows and
 * the columns of a tile read is copied to shared memory, some terms of the sums at a time; each thread
 * keeps some rows times some columns of sums in registers.
 *
 * The larger a tile is, the less it reads; the smaller it is, the more blocks there are. So the largest
 * of which there are enough to keep the GPU busy.
 */
import { bytesOf } from '../core/dtype.ts';
import type { LoopVar } from '../core/index-expr.ts';
import { type For, forLoop, type LoopMode, type Stmt } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import type { Contraction } from './contraction.ts';
import type { Gpu } from './target.ts';

export interface BlockTile {
  /** Of the block. */
  readonly rows: number;
  readonly columns: number;
  /** Of one thread. */
  readonly rowsEach: number;
  readonly columnsEach: number;
  /** Terms of the innermost loop of the sum that are copied at once. */
  readonly terms: number;
}

/** Rows or columns: which loop it is, how it is cut. */
export interface Side {
  readonly loop: For;
  readonly tile: number;
  /** Cells of one thread. */
  readonly each: number;
  /** The tile that a block has. */
  readonly block: LoopVar;
}

export function threadsOf({ tile, each }: Side): number {
  return tile / each;
}

/** Whether the last tile has cells that are none. */
export function isUneven({ loop, tile }: Side): boolean {
  return loop.extent % tile !== 0;
}

/** Loops in one mode around a statement, the outermost first. */
export function nested(
  loops: readonly Pick<For, 'loop' | 'extent'>[],
  mode: LoopMode,
  body: Stmt,
): Stmt {
  return loops.reduceRight((inner, { loop, extent }) => forLoop(loop, extent, inner, mode), body);
}

/** Cells that a row of a copy has more than it needs, so that neighbouring rows are not in the same banks. */
export const padding = 4;

const mostTerms = 16;
const sizes: readonly (readonly [rows: number, columns: number])[] = [
  [128, 128],
  [128, 64],
  [64, 64],
  [32, 64],
  [32, 32],
];
const fewestCells = 8;

/** Undefined where a thread for each cell does as well. */
export function blockTileFor(contraction: Contraction, gpu: Gpu): BlockTile | undefined {
  const { rows, columns, others, terms } = contraction;
  const innermost = terms.at(-1);
  if (!innermost || Math.min(rows.extent, columns.extent) < fewestCells) return undefined;
  const work = product([rows, columns, ...others, ...terms].map(l => l.extent));
  if (work < gpu.leastProduct) return undefined;
  const blocksOf = ([r, c]: readonly [number, number]): number =>
    Math.ceil(rows.extent / r) * Math.ceil(columns.extent / c) * product(others.map(l => l.extent));
  const tiles = sizes
    .map(([r, c]): readonly [number, number] => [sizeFor(rows, r), sizeFor(columns, c)])
    .filter(
      size =>
        bytesShared(contraction, size, Math.min(mostTerms, innermost.extent)) <= gpu.sharedBytes,
    );
  const [first] = tiles;
  if (!first) return undefined;
  const mostBlocks = Math.max(...tiles.map(blocksOf));
  const size = tiles.find(t => blocksOf(t) >= Math.min(gpu.processors, mostBlocks)) ?? first;
  const each = (cells: number): number => (cells > 64 ? 8 : 4);
  return {
    rows: size[0],
    columns: size[1],
    rowsEach: each(size[0]),
    columnsEach: each(size[1]),
    terms: Math.min(mostTerms, innermost.extent),
  };
}

/** At most so many turns in one tile, such that few are over in the last. */
function sizeFor({ extent }: For, most: number): number {
  const unit = most > 64 ? 8 : 4;
  if (extent <= most) return Math.ceil(extent / unit) * unit;
  const candidates = [most, most - unit, most - 2 * unit, most - 3 * unit].filter(
    n => n >= most / 2,
  );
  const over = (n: number): number => (Math.ceil(extent / n) * n) / extent;
  return (
    candidates.find(n => over(n) <= 1 + tolerance) ??
    candidates.toSorted((a, b) => over(a) - over(b))[0] ??
    most
  );
}

const tolerance = 1 / 32;

function bytesShared(
  { rowReads, columnReads }: Contraction,
  [rows, columns]: readonly [number, number],
  terms: number,
): number {
  const bytes = (reads: Contraction['rowReads'], cells: number): number =>
    reads.reduce((sum, { dtype }) => sum + bytesOf[dtype] * terms * (cells + padding), 0);
  return bytes(rowReads, rows) + bytes(columnReads, columns);
}
