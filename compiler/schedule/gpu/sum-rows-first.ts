/**
 * Sums all of a large matrix in two steps, rows first, since one block alone would take too long to read it.
 *
 *   before   for b < 4096 { for i < 1000 { s += x[b, i]; } }
 *
 *   after    local s_rows: f32[4096];
 *            for b < 4096 { local s_row: f32 := 0; for i < 1000 { s_row += x[b, i]; } s_rows[b] := s_row; }
 *            for b < 4096 { s += s_rows[b]; }
 */
import { at, loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { neutralOf } from '../../core/op.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  type Accumulate,
  accumulate,
  block,
  constant,
  declare,
  type For,
  forLoop,
  forLoops,
  read,
  type Stmt,
  write,
} from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { sumNestAt } from '../nest.ts';
import { isRegrouped } from '../partial-sums.ts';
import type { Step } from '../step.ts';

/** With so many terms a second kernel is worth it. */
const manyTerms = 2 ** 16;

/** Undefined for other sums. `around`: the loops around the sum. */
export function rowsFirst(
  outermost: For,
  around: readonly For[],
  names: Names,
): { readonly step: Step; readonly after: Stmt } | undefined {
  const nest = sumNestAt(outermost);
  if (!nest || around.length > 0 || nest.leaf.node.dims.length > 0) return undefined;
  const { loops, leaf } = nest;
  const [rows, inRow] = [loops.slice(0, -1), loops.at(-1)];
  const isLarge = product(loops.map(l => l.extent)) >= manyTerms;
  if (!inRow || rows.length === 0 || !isLarge || !isRegrouped(leaf)) return undefined;
  const { node } = leaf;
  const dims = rows.map(l => l.extent);
  const sums = tensorNode(names.fresh(`${node.name}_rows`), node.dtype, dims);
  const after = block([
    declare(sums),
    sumOfEachRow(rows, inRow, leaf, sums, names),
    sumOfAllRows(rows, leaf, sums, names),
  ]);
  const step = {
    kind: 'rows',
    array: node.name,
    rows: outermost.loop,
    blocks: product(dims),
  } as const;
  return { step, after };
}

/** `for … { local s_row := 0; for … { s_row += x[…]; } s_rows[…] := s_row; }` */
function sumOfEachRow(
  rows: readonly For[],
  inRow: For,
  { op, node, value, origins }: Accumulate,
  sums: TensorNode,
  names: Names,
): Stmt {
  const own = tensorNode(names.fresh(`${node.name}_row`), node.dtype, []);
  const index = rows.map(l => at(l.loop));
  const turn = block([
    declare(own),
    write(own, [], constant(node.dtype, neutralOf(op, node.dtype), origins), origins),
    forLoop(inRow.loop, inRow.extent, accumulate(op, own, [], value, origins)),
    write(sums, index, read(own, [], origins), origins),
  ]);
  return forLoops(rows, turn);
}

/** `for … { s += s_rows[…]; }` */
function sumOfAllRows(
  rows: readonly For[],
  { op, node, origins }: Accumulate,
  sums: TensorNode,
  names: Names,
): Stmt {
  const fresh = rows.map(l => ({ ...l, loop: loopVar(names.fresh(l.loop)) }));
  const index = fresh.map(l => at(l.loop));
  return forLoops(fresh, accumulate(op, node, [], read(sums, index, origins), origins));
}
