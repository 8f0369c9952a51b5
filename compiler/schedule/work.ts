/** Estimates how much a statement computes, in units of one addition. */
import { infoOf } from '../core/op.ts';
import { cellsOf } from '../core/tensor-node.ts';
import type { Leaf, Stmt } from '../loop/ir.ts';
import { expressionsOf, visitExpr } from '../loop/traverse.ts';

export function workOf(s: Stmt): number {
  switch (s.kind) {
    case 'comment':
    case 'declare':
    case 'prefetch':
      return 0;
    case 'block':
      return s.body.reduce((sum, child) => sum + workOf(child), 0);
    case 'when':
      return workOf(s.body);
    case 'for':
      return s.extent * workOf(s.body);
    case 'fill':
      return cellsOf(s.node);
    case 'write':
    case 'accumulate':
    case 'scatter':
      return costOf(s);
  }
}

/** One for the store, one per read, and the cost of its operations. */
function costOf(leaf: Leaf): number {
  let cost = leaf.kind === 'write' || leaf.kind === 'fill' ? 1 : 1 + infoOf(leaf.op).cost;
  for (const value of expressionsOf(leaf)) {
    visitExpr(value, e => {
      if (e.kind === 'apply') cost += infoOf(e.op).cost;
      if (e.kind === 'read' || e.kind === 'gather') cost += 1;
    });
  }
  return cost;
}
