/**
 * Emits a square tile that is stored transposed as one call: `transpose_f32x16(&to[0], 32, &from[0], 784);`.
 *
 *   for r < 16 unrolled { for l < 16 vector { to[r, l] := from[l, r]; } }
 */
import { fixed, type Index, type LoopVar, type TensorNode } from '../../compiler/index.ts';
import { substitute } from '../../compiler/core/index-expr.ts';
import type { For } from '../../compiler/loop/ir.ts';
import { strideOf } from '../../compiler/loop/stride.ts';
import type { ExprEmitter } from './expr.ts';

/** Undefined if a loop is not of this form, or the dialect has no such function. */
export function transposition(rows: For, exprs: ExprEmitter): string | undefined {
  const lanes = rows.body;
  if (rows.mode !== 'unrolled' || lanes.kind !== 'for' || lanes.mode !== 'vector') return undefined;
  const store = lanes.body;
  const isSquare = rows.extent === lanes.extent && store.kind === 'write';
  if (!isSquare || store.value.kind !== 'read') return undefined;
  const { node, index, value } = store;
  const isMove = value.node !== node && value.node.dtype === node.dtype;
  const known = exprs.dialect.transpose?.(node.dtype, rows.extent);
  if (!isMove || !known) return undefined;
  const [along, across] = [lanes.loop, rows.loop];
  const toRow = strideOf(node, index, across);
  const fromRow = strideOf(value.node, value.index, along);
  const isTurned =
    strideOf(node, index, along) === 1 && strideOf(value.node, value.index, across) === 1;
  if (!isTurned || toRow === undefined || fromRow === undefined) return undefined;
  const first = (of: TensorNode, at: readonly Index[]): string => {
    const binding = new Map<LoopVar, Index>([
      [along, fixed(0)],
      [across, fixed(0)],
    ]);
    return `&${exprs.cell(
      of,
      at.map(ix => substitute(ix, binding)),
    )}`;
  };
  const [to, from] = [first(node, index), first(value.node, value.index)];
  return `${exprs.need(known)}(${to}, ${toRow}, ${from}, ${fromRow});`;
}
