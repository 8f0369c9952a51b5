/** How the threads of a block share the cells of its tile: one by one, or warp by warp. */
import type { Index } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Stmt } from '../loop/ir.ts';
import type { Contraction } from './contraction.ts';
import type { Copied, CopyOrder } from './copied.ts';
import type { Terms } from './terms.ts';

/** A cell of a thread. */
export interface TileCell {
  /** In the tile. */
  readonly row: Index;
  readonly column: Index;
  /** Where its sum is: first which thread it is, then which of its cells. */
  readonly own: readonly Index[];
}

/** What is added to the sums. */
export interface Added {
  readonly sums: TensorNode;
  readonly copies: readonly Copied[];
  readonly terms: Terms;
  readonly contraction: Contraction;
}

export interface TileCells {
  /** Of the sums of all threads. */
  readonly dims: readonly number[];
  /** How copies lie, for whom it matters. */
  readonly order: CopyOrder;
  /** Loops over threads, and over what each of them has. */
  each(statement: (cell: TileCell) => Stmt): Stmt;
  /** Terms that are copied, by all threads. */
  add(added: Added): Stmt;
}
