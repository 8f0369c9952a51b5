/** Cuts an array down to the cells that anyone needs, such as those inside of its margins. */
import { fixed, type Index, plus } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { accumulate, declare, fill, read, type Stmt, write } from '../loop/ir.ts';
import { rewriteExprsIn, rewriteStmts } from '../loop/traverse.ts';
import type { Cells } from '../schedule/tile/gathered.ts';

/** The body with an array reduced to these cells of each axis. The other cells may only be filled. */
export function cutTo(body: Stmt, node: TensorNode, cells: readonly Cells[]): Stmt {
  const dims = cells.map(({ first, last }) => last - first + 1);
  if (dims.every((dim, axis) => dim === node.dims[axis])) return body;
  const smaller = tensorNode(node.name, node.dtype, dims);
  const moved = (index: readonly Index[]): readonly Index[] =>
    index.map((ix, axis) => plus(ix, fixed(-(cells[axis]?.first ?? 0))));
  const reading = rewriteExprsIn(body, e =>
    e.kind === 'read' && e.node === node ? read(smaller, moved(e.index), e.origins) : undefined,
  );
  return rewriteStmts(reading, s => {
    if (s.kind === 'declare') return s.node === node ? declare(smaller) : undefined;
    if (!('node' in s) || s.node !== node) return undefined;
    if (s.kind === 'fill') return fill(smaller, s.value, s.origins);
    if (s.kind === 'write') return write(smaller, moved(s.index), s.value, s.origins);
    return s.kind === 'accumulate'
      ? accumulate(s.op, smaller, moved(s.index), s.value, s.origins)
      : undefined;
  });
}
