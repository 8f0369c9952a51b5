/** Divides the rows of an array that is scattered to among threads. */
import { type Index, at, loopVar } from '../../core/index-expr.ts';
import { kindOf } from '../../core/dtype.ts';
import type { Names } from '../../core/names.ts';
import {
  apply,
  cast,
  constant,
  type Expr,
  type For,
  forLoop,
  forLoops,
  indexValue,
  isComputed,
  type Scatter,
  scatter,
  type Stmt,
} from '../../loop/ir.ts';
import { isIndependent } from '../../loop/independent.ts';
import { ownerOf } from '../../loop/owner.ts';
import { product } from '../../support/list.ts';

/** Nested loops around one scatter. */
export interface ScatterNest {
  /** Outermost first: the loops with independent turns, then the others. */
  readonly free: readonly For[];
  readonly waiting: readonly For[];
  readonly leaf: Scatter;
}

export function scatterNestAt(outermost: For): ScatterNest | undefined {
  const loops: For[] = [];
  let inner: Stmt = outermost;
  while (inner.kind === 'for' && inner.mode === 'serial') {
    loops.push(inner);
    inner = inner.body;
  }
  if (inner.kind !== 'scatter') return undefined;
  const first = loops.findIndex(loop => !isIndependent(loop));
  return first < 0
    ? undefined
    : { free: loops.slice(0, first), waiting: loops.slice(first), leaf: inner };
}

/** So many threads keep a GPU busy; each looks at all turns for those that are its own. */
const manyThreads = 2 ** 15;
/** Fewer sequential turns are not worth it. */
const fewestTurns = 64;
const leastWork = 2 ** 13;

/** Into how many shares the rows are divided: a power of 2, 1 if they stay together. */
export function sharesFor({ free, waiting, leaf }: ScatterNest): number {
  const axis = leaf.index.findIndex(isComputed);
  const rows = leaf.node.dims[axis] ?? 1;
  const [threads, turns] = [free, waiting].map(loops => product(loops.map(l => l.extent)));
  if (!threads || !turns || turns < fewestTurns || threads * turns < leastWork) return 1;
  let shares = 1;
  while (2 * shares <= Math.min(rows, turns) && 2 * shares * threads <= manyThreads) shares *= 2;
  return shares;
}

/**
 * Every share goes through all turns and skips those whose row is another share's, so each row gets its terms in
 * the same order. Undefined if the shares would not be independent.
 *
 *   for b < 4096 { w[at(ids[b])] += v[b]; }
 *   →  for row < 64 { for b < 4096 { w[at(where(ids[b] % 64 == row, ids[b], -1))] += v[b]; } }
 */
export function inShares(nest: ScatterNest, shares: number, names: Names): For | undefined {
  const { free, waiting, leaf } = nest;
  const axis = leaf.index.findIndex(isComputed);
  const cell = leaf.index[axis];
  if (!cell || !isComputed(cell) || ownerOf(cell)) return undefined;
  const share = loopVar(names.fresh('row'));
  const own = ownCell(cell, shares, at(share));
  const { op, node, value, origins } = leaf;
  const body = scatter(op, node, leaf.index.with(axis, own), value, origins);
  const after = forLoop(share, shares, forLoops([...free, ...waiting], body));
  return isIndependent(after) ? after : undefined;
}

/** The cell if it belongs to this share, otherwise -1, which is outside. */
function ownCell(cell: Expr, shares: number, share: Index): Expr {
  const { dtype } = cell;
  const number = (value: number): Expr => constant(dtype, value);
  const rest =
    kindOf(dtype) === 'integer'
      ? apply('mod', [cell, number(shares)])
      : apply('sub', [
          cell,
          apply('mul', [
            apply('floor', [apply('mul', [cell, number(1 / shares)])]),
            number(shares),
          ]),
        ]);
  const isOwn = apply('eq', [rest, cast(dtype, indexValue(share))]);
  return apply('where', [isOwn, cell, number(-1)]);
}
