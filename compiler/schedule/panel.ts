/**
 * A copy of what a tile reads, with its columns side by side.
 *
 *   before   for o … { … for i < 784 { s += x[b, i] * w[o, i]; } }
 *   after    local w_panel: f32[784, 32];
 *            for i < 784 { for o < 32 { w_panel[i, o] := w[32*o2 + o, i]; } }
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  sameIndices,
  substitute,
  sumOf,
} from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { type For, forLoop, read, type Stmt, write } from '../loop/ir.ts';
import { rewriteExprsIn } from '../loop/traverse.ts';
import type { Packed } from './packing.ts';

export interface Panel {
  readonly panel: TensorNode;
  /** The statement that fills it. */
  readonly copy: Stmt;
  readonly of: Packed;
  readonly columns: LoopVar;
  /** Where its first column is in the nest. */
  readonly start: Index;
}

/** `binding`: what the loops around are where the copy is made, the first column among them. */
export function panelFor(
  of: Packed,
  columns: For,
  count: number,
  binding: ReadonlyMap<LoopVar, Index>,
  names: Names,
): Panel {
  const start = binding.get(columns.loop) ?? fixed(0);
  const dims = [...of.loops.map(l => l.extent), count];
  const panel = tensorNode(names.fresh(`${of.node.name}_panel`), of.node.dtype, dims);
  const loops = of.loops.map(l => ({ ...l, as: loopVar(names.fresh(l.loop)) }));
  const column = loopVar(names.fresh(columns.loop));
  const here = new Map([...binding, ...loops.map(l => [l.loop, at(l.as)] as const)]);
  here.set(columns.loop, plus(start, at(column)));
  const value = read(
    of.node,
    of.index.map(ix => substitute(ix, here)),
    of.origins,
  );
  const store = write(panel, [...loops.map(l => at(l.as)), at(column)], value, of.origins);
  const inner = forLoop(column, count, store);
  const copy = loops.reduceRight<Stmt>((body, l) => forLoop(l.as, l.extent, body), inner);
  return { panel, copy, of, columns: columns.loop, start };
}

/** The statement with its reads of what was copied taken from the panel. */
export function fromPanel(body: Stmt, { panel, of, columns, start }: Panel): Stmt {
  const column = sumOf([
    [1, at(columns)],
    [-1, start],
  ]);
  return rewriteExprsIn(body, e => {
    const isCopied = e.kind === 'read' && e.node === of.node && sameIndices(e.index, of.index);
    return isCopied
      ? read(panel, [...of.loops.map(l => at(l.loop)), column], e.origins)
      : undefined;
  });
}
