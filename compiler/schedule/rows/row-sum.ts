/**
 * Rewrites a sum over rows so that blocks of rows can add to it: an array keeps the intermediate sums from one block
 * to the next.
 *
 *   before   for t < 512 { for d < 64 {
 *              local sum: f32 := 0;
 *              for s < 512 { sum += g[s, t] * q[s, d]; }
 *              y[t, d] := sum * 0.5;
 *            } }
 *
 *   after    local sums: f32[512, 64];
 *            for t < 512 { for d < 64 { sums[t, d] := 0; } }
 *            for s_block < 16 {
 *              for t < 512 { for d < 64 {
 *                local sum: f32 := sums[t, d];
 *                for s < 32 { sum += g[32*s_block + s, t] * q[32*s_block + s, d]; }
 *                sums[t, d] := sum;
 *              } }
 *            }
 *            for t < 512 { for d < 64 { y[t, d] := sums[t, d] * 0.5; } }
 *
 * Exact: each sum keeps the order of its terms.
 */
import { at } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { isLeaf, writtenIn } from '../../loop/facts.ts';
import {
  block,
  declare,
  type For,
  forLoop,
  forLoops,
  read,
  type Stmt,
  type Write,
  write,
} from '../../loop/ir.ts';
import { rewriteExprsIn } from '../../loop/traverse.ts';
import { withFreshLoops } from '../clone.ts';

/** The body of a nest that computes one sum and stores the result. */
export interface RowSum {
  readonly sum: TensorNode;
  readonly start: Write;
  /** The outermost loop over its terms. */
  readonly terms: For;
  readonly stores: readonly Stmt[];
}

export function rowSumIn(body: readonly Stmt[]): RowSum | undefined {
  const [own, start, terms, ...stores] = body;
  if (own?.kind !== 'declare' || start?.kind !== 'write' || terms?.kind !== 'for') return undefined;
  const { node: sum } = own;
  const isOnlySum = [...writtenIn(terms)].every(stored => stored === sum);
  const isDone = stores.every(s => isLeaf(s) && s.node !== sum);
  return start.node === sum && isOnlySum && isDone ? { sum, start, terms, stores } : undefined;
}

export interface SumInBlocks {
  /** The intermediate sums. */
  readonly sums: TensorNode;
  /** Statements before all blocks of rows, in each block, and after all blocks. */
  readonly before: Stmt;
  readonly inBlock: Stmt;
  readonly after: Stmt;
}

/** `around`: the loops that stay outside; `cells`: the others of the nest; `count`: rows in a block. */
export function inBlocks(
  { sum, start, terms, stores }: RowSum,
  {
    around,
    cells,
    count,
  }: { readonly around: readonly For[]; readonly cells: readonly For[]; readonly count: number },
  names: Names,
): SumInBlocks {
  const loops = [...around, ...cells];
  const sums = tensorNode(
    names.fresh(`${sum.name}s`),
    sum.dtype,
    loops.map(l => l.extent),
  );
  const index = loops.map(l => at(l.loop));
  const soFar = read(sums, index, start.origins);
  const ended = rewriteExprsIn(block(stores), e =>
    e.kind === 'read' && e.node === sum ? soFar : undefined,
  );
  const forAll = (s: Stmt): Stmt => withFreshLoops(forLoops(cells, s), names);
  const turn = block([
    declare(sum),
    write(sum, [], soFar, start.origins),
    forLoop(terms.loop, count, terms.body),
    write(sums, index, read(sum, [], start.origins), start.origins),
  ]);
  return {
    sums,
    before: forAll(write(sums, index, start.value, start.origins)),
    inBlock: forLoops(cells, turn),
    after: forAll(ended),
  };
}
