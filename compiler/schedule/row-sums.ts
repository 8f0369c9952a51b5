/**
 * A sum over all of a large matrix, rows first: one block of a GPU cannot read it all.
 *
 *   before   for b < 4096 { for i < 1000 { s += x[b, i]; } }
 *
 *   after    local s_rows: f32[4096];
 *            for b < 4096 { local s_row: f32 := 0; for i < 1000 { s_row += x[b, i]; } s_rows[b] := s_row; }
 *            for b < 4096 { s += s_rows[b]; }
 */
import { at, loopVar } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { neutralOf } from '../core/op.ts';
import { tensorNode } from '../core/tensor-node.ts';
import {
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
} from '../loop/ir.ts';
import { product } from '../support/list.ts';
import { sumNestAt } from './nest.ts';
import { isRegrouped } from './partial-sums.ts';
import type { Step } from './step.ts';

/** Terms from which it is worth a second kernel. */
const manyTerms = 2 ** 16;

/** Undefined where it is no such sum. `around`: loops whose turns have sums of their own. */
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
  const { op, node, origins } = leaf;
  const dims = rows.map(l => l.extent);
  const sums = tensorNode(names.fresh(`${node.name}_rows`), node.dtype, dims);
  const own = tensorNode(names.fresh(`${node.name}_row`), node.dtype, []);
  const fresh = rows.map(l => ({ ...l, loop: loopVar(names.fresh(l.loop)) }));
  const after = block([
    declare(sums),
    forLoops(
      rows,
      block([
        declare(own),
        write(own, [], constant(node.dtype, neutralOf(op, node.dtype), origins), origins),
        forLoop(inRow.loop, inRow.extent, accumulate(op, own, [], leaf.value, origins)),
        write(
          sums,
          rows.map(l => at(l.loop)),
          read(own, [], origins),
          origins,
        ),
      ]),
    ),
    forLoops(
      fresh,
      accumulate(
        op,
        node,
        [],
        read(
          sums,
          fresh.map(l => at(l.loop)),
          origins,
        ),
        origins,
      ),
    ),
  ]);
  const step = {
    kind: 'rows',
    array: node.name,
    rows: outermost.loop,
    blocks: product(dims),
  } as const;
  return { step, after };
}
