/**
 * Tile sizes for walking over matrices that are not stored: how many rows a block has, and how much it copies at
 * once. `matrix-walk.ts` shows the result.
 */
import { bytesOf, type DType } from '../../core/dtype.ts';
import type { For } from '../../loop/ir.ts';
import type { FactorKind } from '../../loop/matrix-factors.ts';
import { strideOf } from '../../loop/stride.ts';
import { product } from '../../support/list.ts';
import { sizeFor } from './block-tile.ts';
import { type Contraction, readsOver } from './contraction.ts';
import { type Matrix, type MatrixSum, readsOf } from './matrices.ts';
import { isRegrouped, partCount } from '../partial-sums.ts';
import { rowFactorsOf } from './row-factors.ts';
import { bytesShared, paddingOf } from './shared-bytes.ts';
import type { Gpu } from '../target.ts';
import type { TermTile } from './term-tiles.ts';
import type { BlockTile } from './tile-choice.ts';
import { kindOf } from './warp-tile.ts';

export interface WalkTile {
  readonly rows: number;
  /** The extent of the loop that matrices do not have, rounded up. */
  readonly beside: number;
  /** How threads share the cells of a tile of matrices, and of the sums. */
  readonly share: Share;
  readonly shareBeside: Share;
  /** How many terms of a product are copied at once, and in how many stages. */
  readonly terms: number;
  readonly stages: number;
}

type Share = BlockTile['share'];

/** Columns of a tile: as many as a long sum has partial sums, so that these are the same as on a CPU. */
export const columnsOfTile = partCount;

const rowCounts = [64, 32];
const ways = [
  { terms: 32, stages: 2 },
  { terms: 16, stages: 2 },
  { terms: 16, stages: 1 },
  { terms: 8, stages: 1 },
];
/** The sums of a row stay in registers, so there may be at most so many. */
const mostBeside = 128;

/** Undefined if this sum cannot be computed by a walk. `own`: the loop over the rows. */
export function walkTileFor(
  sum: MatrixSum,
  own: For,
  needed: readonly Matrix[],
  gpu: Gpu,
): WalkTile | undefined {
  const isLarge = (sum.beside?.extent ?? 0) > mostBeside;
  const kinds = productsIn(sum, own, needed).map(product => kindFor(product, gpu));
  if (isLarge || (!sum.beside && !isLongRow(sum, needed))) return undefined;
  const isOnWarps = kinds.some(kind => kind !== undefined);
  // Without tensor cores, recomputing would be slower than tensor cores with the matrices in memory.
  if (isOnWarps && !mayBeOnWarps(sum, kinds)) return undefined;
  const others = sum.axes.filter(loop => loop !== own && loop !== sum.terms);
  const blocksOf = ({ rows }: WalkTile): number =>
    Math.ceil(own.extent / rows) * product(others.map(l => l.extent));
  const tiles = rowCounts.flatMap(most => {
    const size = isOnWarps ? ofWarps(most, sum, kinds) : ofThreads(sizeFor(own, most), sum);
    const fits = ways.find(way => suits(way, { ...size, ...way }, sum, own, needed, gpu));
    return fits ? [{ ...size, ...fits }] : [];
  });
  return tiles.find(tile => blocksOf(tile) >= gpu.processors) ?? tiles.at(-1);
}

type Size = Omit<WalkTile, 'terms' | 'stages'>;

function ofThreads(rows: number, { beside }: MatrixSum): Size {
  const extent = beside?.extent ?? 0;
  const each = extent > 64 ? 8 : 4;
  const share = { of: 'thread', rows: 4 } as const;
  return {
    rows,
    beside: Math.ceil(extent / each) * each,
    share: { ...share, columns: 4 },
    shareBeside: { ...share, columns: each },
  };
}

/** A warp has 16 rows and half of the columns: more sums, of several products, would not fit in registers. */
function ofWarps(
  rows: number,
  { beside }: MatrixSum,
  kinds: readonly (FactorKind | undefined)[],
): Size {
  const kind = kinds.find(k => k !== undefined) ?? 'f16';
  const across = Math.ceil((beside?.extent ?? 0) / 16) * 16;
  const share = { of: 'warp', rows: 16, kind } as const;
  return {
    rows,
    beside: across,
    share: { ...share, columns: columnsOfTile / 2 },
    shareBeside: { ...share, columns: across / 2 },
  };
}

type Product = Pick<Contraction, 'sum' | 'leaf' | 'rowReads' | 'columnReads'> & {
  readonly extent: number;
};

/** The products of the matrices, and that of the sum itself if it is one. */
function productsIn(sum: MatrixSum, own: For, needed: readonly Matrix[]): readonly Product[] {
  const { beside, terms } = sum;
  const made = needed.flatMap(({ product: of }) =>
    of ? [{ ...of, extent: of.terms.at(-1)?.extent ?? 1 }] : [],
  );
  const factored = beside && rowFactorsOf(sum.sum.leaf.value, own.loop, beside.loop);
  if (!beside || !factored) return made;
  const { term, factors } = factored;
  const leaf = { ...sum.sum.leaf, value: term };
  const rowReads = factors.map(({ read }) => read);
  const columnReads = readsOver(beside, term);
  return [...made, { sum: sum.sum.sum, leaf, rowReads, columnReads, extent: terms.extent }];
}

/** Undefined for products that tensor cores cannot do. */
function kindFor(of: Product, gpu: Gpu): FactorKind | undefined {
  const kind = kindOf(of);
  return kind && gpu.matrices.includes(kind) && of.extent % 16 === 0 ? kind : undefined;
}

function mayBeOnWarps({ terms }: MatrixSum, kinds: readonly (FactorKind | undefined)[]): boolean {
  return terms.extent % columnsOfTile === 0 && kinds.every(kind => kind === kinds[0]);
}

function suits(
  { terms }: Pick<WalkTile, 'terms'>,
  tile: WalkTile,
  sum: MatrixSum,
  own: For,
  needed: readonly Matrix[],
  gpu: Gpu,
): boolean {
  const extents = needed.flatMap(({ product: of }) => of?.terms.at(-1)?.extent ?? []);
  const isWhole = terms % 16 === 0 && extents.every(extent => extent % terms === 0);
  const isLegal = tile.share.of === 'warp' ? isWhole : terms <= 16;
  return isLegal && bytesOfWalk(sum, own, needed, tile) <= gpu.sharedBytes;
}

/** Whether a CPU would take it in the same partial sums. */
function isLongRow({ sum: { leaf }, terms }: MatrixSum, needed: readonly Matrix[]): boolean {
  const reads = needed.flatMap(({ node }) => readsOf(leaf.value, node));
  const isAlong = reads.every(({ node, index }) => strideOf(node, index, terms.loop) === 1);
  return isRegrouped(leaf) && isAlong && terms.extent >= 2 * partCount;
}

/** How the terms of one of the products are taken. */
export function termsOf({ terms: loops }: Contraction, { terms, stages }: WalkTile): TermTile {
  const extent = loops.at(-1)?.extent ?? 1;
  const count = Math.min(terms, extent);
  const turns = (product(loops.map(l => l.extent)) / extent) * Math.floor(extent / count);
  return { terms: count, stages: turns > 1 ? stages : 1 };
}

function bytesOfWalk(sum: MatrixSum, own: For, needed: readonly Matrix[], tile: WalkTile): number {
  const { rows, beside, terms, stages } = tile;
  const { leaf } = sum.sum;
  const bytes = needed.map(matrix => {
    if (!matrix.product) return 0;
    const isOfRows = matrix.axes.indexOf(matrix.product.rows) === sum.axes.indexOf(own);
    const size = isOfRows ? ([rows, columnsOfTile] as const) : ([columnsOfTile, rows] as const);
    return bytesShared(matrix.product, size, termsOf(matrix.product, tile));
  });
  const ofProducts = total(bytes);
  if (!sum.beside) return ofProducts + columnsOfTile * rows * bytesOf[leaf.node.dtype];
  const { factors, term } = rowFactorsOf(leaf.value, own.loop, sum.beside.loop) ?? {};
  const ofTiles = (factors ?? []).map(({ value: { dtype } }) =>
    bytesOfCopy(dtype, rows, columnsOfTile, tile.share),
  );
  const copied = term ? readsOver(sum.beside, term) : [];
  const ofBeside = copied.map(({ dtype }) => bytesOfCopy(dtype, beside, terms, tile.share));
  return ofProducts + total(ofTiles) + total(ofBeside) * stages;
}

/** An upper bound for warps, whose copies are laid out like their arrays. */
function bytesOfCopy(dtype: DType, cells: number, terms: number, { of }: Share): number {
  const rows = of === 'warp' ? 2 * Math.max(cells, terms) : terms;
  return bytesOf[dtype] * (cells * terms + rows * paddingOf(dtype));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
