/**
 * Separates the factors of a product's terms that depend on the row from those that depend on the column: in
 * `(p[s, t] - mean[s]) * v[t, d]`, with rows `s` and columns `d`, the row factor is `p[s, t] - mean[s]`.
 */
import { bytesOf } from '../../core/dtype.ts';
import { type LoopVar, loopsIn } from '../../core/index-expr.ts';
import { tensorNode } from '../../core/tensor-node.ts';
import { type Expr, isComputed, type Read, read } from '../../loop/ir.ts';
import { mapChildren, visitExpr } from '../../loop/traverse.ts';

export interface Factored {
  /** The term, with each factor replaced by a read. */
  readonly term: Expr;
  readonly factors: readonly RowFactor[];
}

export interface RowFactor {
  readonly value: Expr;
  readonly read: Read;
}

/** Undefined if rows and columns cannot be separated. */
export function rowFactorsOf(value: Expr, rows: LoopVar, columns: LoopVar): Factored | undefined {
  const factors: RowFactor[] = [];
  const apart = (e: Expr): Expr => {
    if (names(e, columns)) return mapChildren(e, apart);
    if (!names(e, rows)) return e;
    if (e.kind === 'cast' && bytesOf[e.value.dtype] < bytesOf[e.dtype])
      return mapChildren(e, apart);
    const factor = { value: e, read: read(tensorNode('factor', e.dtype, []), [], e.origins) };
    factors.push(factor);
    return factor.read;
  };
  const term = apart(value);
  return names(term, rows) || hasOthersThanReads(term, columns) ? undefined : { term, factors };
}

function names(value: Expr, loop: LoopVar): boolean {
  let isSo = false;
  visitExpr(value, e => (isSo ||= loopsOf(e).includes(loop)));
  return isSo;
}

function hasOthersThanReads(value: Expr, loop: LoopVar): boolean {
  let has = false;
  visitExpr(value, e => (has ||= e.kind !== 'read' && loopsOf(e).includes(loop)));
  return has;
}

/** The loops that an expression names itself, not in its operands. */
function loopsOf(e: Expr): readonly LoopVar[] {
  if (e.kind === 'index') return loopsIn(e.index);
  if (e.kind !== 'read' && e.kind !== 'gather') return [];
  return e.index.flatMap(ix => (isComputed(ix) ? [] : loopsIn(ix)));
}
