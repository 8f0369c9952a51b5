/** When a tile is computed, each sum is a cell of an array instead of a scalar. */
import type { Index } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { type Expr, read, type Stmt } from '../../loop/ir.ts';
import { rewriteExprsIn, visitExpr } from '../../loop/traverse.ts';

/** The statement, with reads of the scalar replaced by reads of a cell of the array. */
export function readingAt(
  s: Stmt,
  scalar: TensorNode,
  array: TensorNode,
  cell: readonly Index[],
): Stmt {
  return rewriteExprsIn(s, e =>
    e.kind === 'read' && e.node === scalar ? read(array, cell, e.origins) : undefined,
  );
}

export function readsArrays(value: Expr): boolean {
  let reads = false;
  visitExpr(value, e => (reads ||= e.kind === 'read'));
  return reads;
}
