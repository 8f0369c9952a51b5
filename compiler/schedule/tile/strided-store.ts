/**
 * Stores the lanes of a vector to strided cells, one by one:
 *
 *   local lanes: f32[16];
 *   for l < 16 vector { lanes[l] := tile[o, l]; }
 *   for l2 < 16 { w[l2, o] := w[l2, o] - 0.1 * lanes[l2]; }
 *
 * The copy exists because compilers do not keep a tile in registers whose single lanes are read.
 */
import { at, type LoopVar, loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  type Accumulate,
  accumulate,
  block,
  declare,
  forLoop,
  type Read,
  read,
  type Stmt,
  type Write,
  write,
} from '../../loop/ir.ts';
import { rewriteExpr, substituteLoops } from '../../loop/traverse.ts';

/** `store` with `lane` for the number of the lane. */
export function oneByOne(
  store: Write | Accumulate,
  lane: LoopVar,
  lanes: number,
  tiles: ReadonlySet<TensorNode>,
  names: Names,
): Stmt {
  const copies = new Map<TensorNode, Stmt[]>();
  const copyOf = (from: Read): TensorNode => {
    const copy = tensorNode(names.fresh(`${from.node.name}_lanes`), from.node.dtype, [lanes]);
    const loop = loopVar(names.fresh(lane));
    const value = substituteLoops(from, new Map([[lane, at(loop)]]));
    const filled = forLoop(loop, lanes, write(copy, [at(loop)], value, store.origins), 'vector');
    copies.set(copy, [declare(copy), filled]);
    return copy;
  };
  const value = rewriteExpr(store.value, e =>
    e.kind === 'read' && tiles.has(e.node) ? read(copyOf(e), [at(lane)], e.origins) : undefined,
  );
  const { node, index, origins } = store;
  const stored =
    store.kind === 'write'
      ? write(node, index, value, origins)
      : accumulate(store.op, node, index, value, origins);
  return block([...[...copies.values()].flat(), forLoop(lane, lanes, stored)]);
}
