/**
 * Rewrites a sum in a scalar, used at once, as a sum into an array: all cells are summed first, and what was done with
 * each scalar comes after. Then a sum can be blocked, such as the gradient of a weight that goes into its update.
 *
 *   before   for o < 64 { for i < 32 {
 *              local d: f32 := 0;
 *              for b < 64 { d += y[b, o] * x[b, i]; }
 *              w[o, i] -= 0.1 * d;
 *            } }
 *
 *   after    local d: f32[64, 32];
 *            d := 0;
 *            for o < 64 { for i < 32 { for b < 64 { d[o, i] += y[b, o] * x[b, i]; } } }
 *            for o < 64 { for i < 32 { w[o, i] -= 0.1 * d[o, i]; } }
 *
 * Exact: the turns are independent, and each completes its sum before it does anything else.
 */
import { at } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { tensorNode } from '../../core/tensor-node.ts';
import {
  accumulate,
  block,
  declare,
  fill,
  type For,
  forLoops,
  read,
  type Stmt,
} from '../../loop/ir.ts';
import { sitesUnder } from '../../loop/facts.ts';
import { rewriteExprsIn } from '../../loop/traverse.ts';
import { withFreshLoops } from '../clone.ts';
import { nestAt, type SumNest, sumNestAt } from '../nest.ts';

export interface SummedFirst {
  /** Loops over all cells and their terms. */
  readonly nest: SumNest;
  /** The original nest, with `sums` in place of the loops that sum. */
  readonly around: (sums: Stmt, names: Names) => Stmt;
}

/** Undefined if a turn of the loops does anything before its sum is complete. */
export function summedFirstAt(outermost: For): SummedFirst | undefined {
  const cells = nestAt(outermost);
  if (!cells) return undefined;
  const [own, start, terms, ...others] = cells.body;
  if (own?.kind !== 'declare' || own.node.dims.length > 0) return undefined;
  if (start?.kind !== 'write' || start.node !== own.node || start.value.kind !== 'const')
    return undefined;
  const sum = terms?.kind === 'for' ? sumNestAt(terms) : undefined;
  const isReadOnly = others.every(s =>
    sitesUnder(s).every(({ kind, node }) => kind === 'read' || node !== own.node),
  );
  if (sum?.leaf.node !== own.node || !isReadOnly || others.length === 0) return undefined;

  const { loops } = cells;
  // The array takes the scalar's name, which is free now.
  const sums = tensorNode(
    own.node.name,
    own.node.dtype,
    loops.map(l => l.extent),
  );
  const cell = loops.map(l => at(l.loop));
  const { op, value, origins } = sum.leaf;
  const done = block(
    others.map(s =>
      rewriteExprsIn(s, e =>
        e.kind === 'read' && e.node === own.node ? read(sums, cell, e.origins) : undefined,
      ),
    ),
  );
  const zero = fill(sums, start.value.value, start.origins);
  return {
    nest: { loops: [...loops, ...sum.loops], leaf: accumulate(op, sums, cell, value, origins) },
    around: (summed, names) =>
      block([declare(sums), zero, summed, withFreshLoops(forLoops(loops, done), names)]),
  };
}
