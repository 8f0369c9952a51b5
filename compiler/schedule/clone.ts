/** Clones statements, with fresh loops and on other arrays: loop variables and arrays may each be bound only once. */
import { at, loopVar } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { declaredIn } from '../loop/facts.ts';
import { accumulate, declare, fill, read, type Stmt, write } from '../loop/ir.ts';
import { rewriteExprsIn, rewriteStmts, substituteLoopsIn } from '../loop/traverse.ts';

export function withFreshLoops(s: Stmt, names: Names): Stmt {
  return rewriteStmts(s, part => {
    if (part.kind !== 'for') return undefined;
    const loop = loopVar(names.fresh(part.loop));
    const body = substituteLoopsIn(part.body, new Map([[part.loop, at(loop)]]));
    return { ...part, loop, body };
  });
}

/** A clone with fresh loops and fresh declarations, which uses `others` in place of their keys. */
export function cloned(s: Stmt, others: ReadonlyMap<TensorNode, TensorNode>, names: Names): Stmt {
  const own = [...declaredIn(s)].map(node => [node, freshLike(node, names)] as const);
  return onArrays(withFreshLoops(s, names), new Map([...others, ...own]));
}

export function freshLike({ name, dtype, dims }: TensorNode, names: Names): TensorNode {
  return tensorNode(names.fresh(name), dtype, dims);
}

/** The statement on other arrays of the same shapes. Gathers, scatters and prefetches are not renamed. */
export function onArrays(s: Stmt, others: ReadonlyMap<TensorNode, TensorNode>): Stmt {
  const reads = rewriteExprsIn(s, e => {
    const other = e.kind === 'read' && others.get(e.node);
    return e.kind === 'read' && other ? read(other, e.index, e.origins) : undefined;
  });
  return rewriteStmts(reads, part => {
    if (
      part.kind !== 'declare' &&
      part.kind !== 'fill' &&
      part.kind !== 'write' &&
      part.kind !== 'accumulate'
    )
      return undefined;
    const other = others.get(part.node);
    if (!other) return undefined;
    switch (part.kind) {
      case 'declare':
        return declare(other);
      case 'fill':
        return fill(other, part.value, part.origins);
      case 'write':
        return write(other, part.index, part.value, part.origins);
      case 'accumulate':
        return accumulate(part.op, other, part.index, part.value, part.origins);
    }
  });
}
