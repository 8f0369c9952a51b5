/** What a program does when it runs, counted: operations by what they cost, and accesses to arrays. */
import { infoOf } from '../../compiler/core/op.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import { isLeaf } from '../../compiler/loop/facts.ts';
import type { Leaf, Stmt } from '../../compiler/loop/ir.ts';
import { expressionsOf, visitExpr } from '../../compiler/loop/traverse.ts';

export interface Work {
  readonly operations: number;
  readonly accesses: number;
}

export function workOf(s: Stmt): Work {
  if (s.kind === 'for') return times(s.extent, workOf(s.body));
  if (s.kind === 'block') {
    return s.body.map(workOf).reduce(plus, { operations: 0, accesses: 0 });
  }
  return isLeaf(s) ? workOfLeaf(s) : { operations: 0, accesses: 0 };
}

function workOfLeaf(leaf: Leaf): Work {
  if (leaf.kind === 'fill') return { operations: 0, accesses: cellsOf(leaf.node) };
  let operations = leaf.kind === 'write' ? 0 : infoOf(leaf.op).cost;
  let accesses = leaf.kind === 'write' ? 1 : 2;
  for (const value of expressionsOf(leaf)) {
    visitExpr(value, e => {
      if (e.kind === 'apply') operations += infoOf(e.op).cost;
      if (e.kind === 'read' || e.kind === 'gather') accesses += 1;
    });
  }
  return { operations, accesses };
}

function times(n: number, { operations, accesses }: Work): Work {
  return { operations: n * operations, accesses: n * accesses };
}

function plus(a: Work, b: Work): Work {
  return { operations: a.operations + b.operations, accesses: a.accesses + b.accesses };
}
