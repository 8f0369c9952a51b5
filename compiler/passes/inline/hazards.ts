import { asLoop, type Index, sameIndex } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import { type Expr, type Gather, isComputed, type Read, type Subscript } from '../../loop/ir.ts';
import { visitExpr } from '../../loop/traverse.ts';
import { childAt, type Definition } from './definition.ts';
import { valueAt } from './rewrite.ts';

/**
 * Computing a definition later, where it is read, must see the same inputs: nothing it reads may be
 * stored to in between. One store is harmless: by the very statement that reads the node, to the
 * very cell that the formula reads, when no other run of that statement touches this cell:
 *
 *   delta[i] := w.grad[i] + 0.1 * w[i];
 *   w[i] -= delta[i];                        reads w[i] before it is stored, whether inlined or not
 */
export function staysTheSame(
  definition: Definition,
  sitesOf: (node: TensorNode) => readonly Site[],
): boolean {
  const { value, reads, place } = definition;
  if (typeof value !== 'object') return true;
  return inputsOf(value).every(input =>
    sitesOf(input)
      .filter(site => site.kind !== 'read' && childAt(site, place) > place.child)
      .every(store => reads.every(read => isHarmless(store, read, definition))),
  );
}

function isHarmless(store: Site, read: Site, definition: Definition): boolean {
  const [storedIn, readIn] = [childAt(store, definition.place), childAt(read, definition.place)];
  if (storedIn !== readIn) return storedIn > readIn;
  return store.leaf === read.leaf && updatesOwnCell(store, read, definition);
}

function updatesOwnCell(store: Site, read: Site, definition: Definition): boolean {
  const { index } = store;
  if (!index || !read.index || definition.reduction) return false;
  const inside = loopsAlong(store.path.slice(definition.place.block.length));
  const along = index.map(asLoop);
  const ownCell = inside.every(l => along.includes(l.loop));
  const value = valueAt(definition, read.index);
  return ownCell && readsOf(value, store.node).every(r => sameCell(r.index, index));
}

/** A computed subscript may be any cell. */
function sameCell(a: readonly Subscript[], b: readonly Index[]): boolean {
  return a.every((ix, axis) => {
    const other = b[axis];
    return other !== undefined && !isComputed(ix) && sameIndex(ix, other);
  });
}

function readsOf(e: Expr, node: TensorNode): readonly (Read | Gather)[] {
  return accessesIn(e).filter(access => access.node === node);
}

function inputsOf(e: Expr): readonly TensorNode[] {
  return [...new Set(accessesIn(e).map(access => access.node))];
}

function accessesIn(e: Expr): readonly (Read | Gather)[] {
  const found: (Read | Gather)[] = [];
  visitExpr(e, part => {
    if (part.kind === 'read' || part.kind === 'gather') found.push(part);
  });
  return found;
}
