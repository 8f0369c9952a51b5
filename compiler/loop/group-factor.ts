/**
 * Factors of products by groups of warps, as descriptors can say how they lie: in rows of 64 cells of 16 bits, which are
 * terms of a row or a column of the product, or such cells of a term. Either way eight rows are what is swizzled together
 * (PTX ISA, Canonical Layouts of `wgmma`, 128 bytes), so what a product begins with stands at a multiple of them.
 */
import type { Index, LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Read } from './ir.ts';
import type { Factor } from './matrix-product.ts';
import { areMultiples, strideOf } from './stride.ts';

/** Cells in a row of a factor: 128 bytes. */
export const cellsOfGroupRow = 64;
/** Rows after which what is swizzled begins anew. */
export const rowsOfPattern = 8;
/** The number of terms of one instruction. */
export const termsOfGroup = 16;

export interface GroupFactor extends Factor {
  /** Cells from 64 columns to the next ones. */
  readonly far: number;
}

/** A loop, and how many cells of a side one iteration covers. */
export interface Unit {
  readonly loop: LoopVar;
  readonly cells: number;
}

export interface FactorSide {
  readonly units: readonly Unit[];
  /** Over 64 cells of the side each, all of one instruction. */
  readonly far?: LoopVar;
}

/** Undefined where it does not lie so. */
export function groupFactorOf(
  read: Read,
  side: FactorSide,
  term: LoopVar,
): GroupFactor | undefined {
  const place = placeOf(read);
  return place && (alongTerms(place, side, term) ?? alongCells(place, side, term));
}

/** Which row of a factor, and where in it. */
interface Place {
  readonly read: Read;
  readonly row: Part;
  readonly inRow: Part;
}

interface Part {
  readonly node: TensorNode;
  readonly index: readonly Index[];
}

function placeOf(read: Read): Place | undefined {
  const { node, index } = read;
  if (node.dims.at(-1) !== cellsOfGroupRow) return undefined;
  const part = (from: number, to?: number): Part => {
    return { node: { ...node, dims: node.dims.slice(from, to) }, index: index.slice(from, to) };
  };
  return { read, row: part(0, -1), inRow: part(-1) };
}

/** K-major: `a[64*m + 16*warp + 8*half + row, 16*step + k]`. */
function alongTerms(
  { read, row, inRow }: Place,
  { units, far }: FactorSide,
  term: LoopVar,
): GroupFactor | undefined {
  const all = far === undefined ? units : [...units, { loop: far, cells: cellsOfGroupRow }];
  const loops = units.map(({ loop }) => loop);
  const isSo =
    moves(inRow, row, { loop: term, cells: 1 }) &&
    all.every(unit => moves(row, inRow, unit)) &&
    isMultiple(row, loops, rowsOfPattern) &&
    isMultiple(inRow, [term], termsOfGroup);
  return isSo ? { ...read, isAlongTerms: true, far: cellsOfGroupRow ** 2 } : undefined;
}

/** MN-major: `a[m, 16*step + k, 16*warp + 8*half + row]`. */
function alongCells(
  { read, row, inRow }: Place,
  { units, far }: FactorSide,
  term: LoopVar,
): GroupFactor | undefined {
  const loops = units.map(({ loop }) => loop);
  const rows = far === undefined ? 0 : strideOf(row.node, row.index, far);
  const isSo =
    moves(row, inRow, { loop: term, cells: 1 }) &&
    units.every(unit => moves(inRow, row, unit)) &&
    isMultiple(row, [term], rowsOfPattern) &&
    isMultiple(inRow, loops, cellsOfGroupRow);
  const isFactor = isSo && rows !== undefined;
  return isFactor ? { ...read, isAlongTerms: false, far: rows * cellsOfGroupRow } : undefined;
}

/** Whether a loop moves one part by so many, and the other one not at all. */
function moves(part: Part, other: Part, { loop, cells }: Unit): boolean {
  const stride = ({ node, index }: Part): number | undefined => strideOf(node, index, loop);
  return stride(part) === cells && stride(other) === 0;
}

/** Whether everything added to these loops is a multiple of a number. */
function isMultiple({ node, index }: Part, loops: readonly LoopVar[], of: number): boolean {
  return areMultiples(node, index, loops, of);
}
