/** The copies in shared memory of what the rows or columns of a tile read, and where in them a cell is. */
import { bytesOf } from '../../core/dtype.ts';
import {
  type Index,
  isLoop,
  type LoopVar,
  plus,
  sameIndices,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import type { Read } from '../../loop/ir.ts';
import { cellsOfGroupRow } from '../../loop/group-factor.ts';
import { strideOf } from '../../loop/stride.ts';
import type { Contraction } from './contraction.ts';
import { paddingOf } from './shared-bytes.ts';
import type { Side } from './tile-side.ts';

/**
 * How a copy is laid out: `term-major`: one row per term; `as stored`: like the array, so that copying moves contiguous
 * pieces; `swizzled rows`: like the array, but in rows of 64 cells, as warpgroups read them.
 */
export type CopyLayout = 'term-major' | 'as stored' | 'swizzled rows';

export interface SharedCopy {
  readonly copy: TensorNode;
  readonly side: Side;
  readonly isOfRows: boolean;
  /** Whether terms, and not cells of the tile, are contiguous. */
  readonly isAlongTerms: boolean;
  /** Where the terms that are added next begin, if the copy holds more than those. */
  readonly from?: Index;
  /** All reads of the same cells. */
  readonly reads: readonly [Read, ...Read[]];
}

export interface Sides {
  readonly rows: Side;
  readonly columns: Side;
}

/** One copy for each distinct read. */
export function copiesOf(
  { rowReads, columnReads, terms }: Contraction,
  { rows, columns }: Sides,
  { count, layout }: { readonly count: number; readonly layout: CopyLayout },
  names: Names,
): readonly SharedCopy[] {
  const innermost = terms.at(-1)?.loop;
  const all = [
    ...rowReads.map(r => ({ read: r, side: rows, isOfRows: true })),
    ...columnReads.map(r => ({ read: r, side: columns, isOfRows: false })),
  ];
  const copies: SharedCopy[] = [];
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
    const isAlongTerms = layout !== 'term-major' && isAlong(innermost) && !isAlong(side.loop.loop);
    // A warp reads 32-bit cells in four rows of eight at once: twice the padding avoids bank conflicts.
    const isInFours = layout === 'as stored' && !isAlongTerms && bytesOf[read.dtype] === 4;
    const padding = paddingOf(read.dtype) * (isInFours ? 2 : 1);
    const dims =
      layout === 'swizzled rows'
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

/** For warpgroups: without padding, since swizzling avoids bank conflicts. */
function dimsInRows(cells: number, terms: number, isAlongTerms: boolean): readonly number[] {
  return isAlongTerms ? [cells, terms] : [cells / cellsOfGroupRow, terms, cellsOfGroupRow];
}

function isSame(a: Read, b: Read): boolean {
  return a.node === b.node && sameIndices(a.index, b.index);
}

/** Where in a copy a given term of a given cell of the tile is. */
export function placeIn(copied: SharedCopy, term: Index, cell: Index): readonly Index[] {
  const place = copied.from ? plus(copied.from, term) : term;
  if (copied.isAlongTerms) return [cell, place];
  if (copied.copy.dims.length === 2) return [place, cell];
  const [row, inRow] = [partOf(cell, true), partOf(cell, false)];
  return [sumOf([[1 / cellsOfGroupRow, row]]), place, inRow];
}

/** The part of an index that is a multiple of 64 cells, or the rest of it. */
function partOf({ terms, offset }: Index, isOfRows: boolean): Index {
  const isWhole = (n: number): boolean => n % cellsOfGroupRow === 0;
  return {
    terms: terms.filter(t => isLoop(t) && isWhole(t.coeff) === isOfRows),
    offset: isWhole(offset) === isOfRows ? offset : 0,
  };
}
