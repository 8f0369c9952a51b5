/** Copies in shared memory of what the rows or the columns of a tile read. */
import { bytesOf } from '../core/dtype.ts';
import { type Index, isLoop, type LoopVar, plus, sameIndices, sumOf } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import type { Read } from '../loop/ir.ts';
import { cellsOfGroupRow } from '../loop/group-factor.ts';
import { strideOf } from '../loop/stride.ts';
import type { Contraction } from './contraction.ts';
import { paddingOf } from './shared-bytes.ts';
import type { Side } from './side.ts';

/**
 * Of copies: terms by cells; as the array is; or likewise in rows of 64 cells, of terms or, for each term, of cells of
 * the tile.
 */
export type CopyOrder = 'terms by cells' | 'as it is' | 'in rows of 64';

export interface Copied {
  readonly copy: TensorNode;
  readonly side: Side;
  readonly isOfRows: boolean;
  /** Whether its rows are terms side by side, and not cells of the tile. */
  readonly isAlongTerms: boolean;
  /** Where the first of the terms stands that are added next; left out where it has no others. */
  readonly from?: Index;
  /** All that read the same. */
  readonly reads: readonly [Read, ...Read[]];
}

export interface Sides {
  readonly rows: Side;
  readonly columns: Side;
}

/**
 * One for each cell that is read in another way. Terms by cells, whatever the order in the array is; or,
 * for those who read either, as the array is, so that copying moves whole pieces.
 */
export function copiesOf(
  { rowReads, columnReads, terms }: Contraction,
  { rows, columns }: Sides,
  { count, order }: { readonly count: number; readonly order: CopyOrder },
  names: Names,
): readonly Copied[] {
  const innermost = terms.at(-1)?.loop;
  const all = [
    ...rowReads.map(r => ({ read: r, side: rows, isOfRows: true })),
    ...columnReads.map(r => ({ read: r, side: columns, isOfRows: false })),
  ];
  const copies: Copied[] = [];
  for (const { read, side, isOfRows } of all) {
    const known = copies.findIndex(({ reads: [first] }) => isSame(first, read));
    const found = copies[known];
    if (found) {
      copies[known] = { ...found, reads: [...found.reads, read] };
      continue;
    }
    const { node, index } = read;
    const isAlong = (loop: LoopVar | undefined): boolean =>
      loop !== undefined && strideOf(node, index, loop) === 1;
    const isAlongTerms =
      order !== 'terms by cells' && isAlong(innermost) && !isAlong(side.loop.loop);
    // A warp that takes cells of 32 bits as they are reads four rows at once, of eight cells each.
    const isInFours = order === 'as it is' && !isAlongTerms && bytesOf[read.dtype] === 4;
    const padding = paddingOf(read.dtype) * (isInFours ? 2 : 1);
    const dims =
      order === 'in rows of 64'
        ? dimsInRows(side.tile, count, isAlongTerms)
        : isAlongTerms
          ? [side.tile, count + padding]
          : [count, side.tile + padding];
    const name = names.fresh(`${node.name}_${isOfRows ? 'rows' : 'columns'}`);
    const copy = tensorNode(name, read.dtype, dims);
    copies.push({ copy, side, isOfRows, isAlongTerms, reads: [read] });
  }
  return copies;
}

/** What groups of warps read, with no padding: swizzled, no rows are in the same banks. */
function dimsInRows(cells: number, terms: number, isAlongTerms: boolean): readonly number[] {
  return isAlongTerms ? [cells, terms] : [cells / cellsOfGroupRow, terms, cellsOfGroupRow];
}

function isSame(a: Read, b: Read): boolean {
  return a.node === b.node && sameIndices(a.index, b.index);
}

/** Where in a copy a term of a cell of the tile is. */
export function placeIn(copied: Copied, term: Index, cell: Index): readonly Index[] {
  const place = copied.from ? plus(copied.from, term) : term;
  if (copied.isAlongTerms) return [cell, place];
  if (copied.copy.dims.length === 2) return [place, cell];
  const [row, inRow] = [partOf(cell, true), partOf(cell, false)];
  return [sumOf([[1 / cellsOfGroupRow, row]]), place, inRow];
}

/** What counts whole rows of 64, or the rest: by the loops that an index is a sum of. */
function partOf({ terms, offset }: Index, isOfRows: boolean): Index {
  const isWhole = (n: number): boolean => n % cellsOfGroupRow === 0;
  return {
    terms: terms.filter(t => isLoop(t) && isWhole(t.coeff) === isOfRows),
    offset: isWhole(offset) === isOfRows ? offset : 0,
  };
}
