/** How the threads of a block share the cells of its tile: `thread-cells.ts` and `matrix-cells.ts` implement it. */
import type { Index } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import type { Stmt } from '../../loop/ir.ts';
import type { Contraction } from './contraction.ts';
import type { SharedCopy, CopyLayout } from './shared-copy.ts';
import type { Terms } from './term-tiles.ts';

/** A cell of the tile, as its thread sees it. */
export interface TileCell {
  /** In the tile. */
  readonly row: Index;
  readonly column: Index;
  /** Where its sum is: first which thread, then which of that thread's cells. */
  readonly own: readonly Index[];
}

/** What one call of `add` adds to the sums. */
export interface Added {
  readonly sums: TensorNode;
  readonly copies: readonly SharedCopy[];
  readonly terms: Terms;
  readonly contraction: Contraction;
}

export interface TileCells {
  /** Dimensions of the array of all threads' sums. */
  readonly dims: readonly number[];
  /** How the copies that `add` reads have to be laid out. */
  readonly layout: CopyLayout;
  /** Loops over threads, and over the cells of each, around a statement per cell. */
  each(statement: (cell: TileCell) => Stmt): Stmt;
  /** Adds copied terms to the sums of all threads. */
  add(added: Added): Stmt;
}
