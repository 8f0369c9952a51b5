/**
 * Recognises matrices that are computed cell by cell, some of them by products, and the sums that read them, as in
 * attention. Any reader can recompute a cell, given its indices.
 *
 *     for h, s, t { local sum := 0; for d { sum += q[s, h, d] * k[t, h, d]; } scores[h, s, t] := sum * 0.125; }
 *     for h, s, t { e[h, s, t] := exp(scores[h, s, t] - max[h, s, 0]); }
 *     for s, h, d { local sum := 0; for t { sum += e[h, s, t] * v[t, h, d]; } y[s, h, d] := sum; }
 */
import { asLoop, type Index } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { sitesUnder, usedIn, writtenIn } from '../../loop/facts.ts';
import type { Expr, For, Read, Stmt, Write } from '../../loop/ir.ts';
import { visitExpr } from '../../loop/traverse.ts';
import { type Contraction, contractionAt, type SumParts, sumPartsOf } from './contraction.ts';
import { nestAt } from '../nest.ts';

export interface Matrix {
  readonly node: TensorNode;
  readonly stmt: For;
  /** The loop of each axis; an axis of size 1 may have none. */
  readonly axes: readonly For[];
  /** The product that each cell is computed from, if any. */
  readonly product: Contraction | undefined;
  readonly write: Write;
}

/** A nest that sums matrices along their rows or columns. */
export interface MatrixSum {
  readonly stmt: For;
  /** Its loop for each axis of the matrix. */
  readonly axes: readonly For[];
  readonly sum: SumParts;
  /** The one of these that it sums over. */
  readonly terms: For;
  /** A further loop that the matrix does not have; then the sum is itself a product. */
  readonly beside: For | undefined;
  /** Other loops, of extent 1. */
  readonly once: readonly For[];
}

/** The matrix that a statement computes; undefined if it does anything else. */
export function matrixMadeBy(s: Stmt): Matrix | undefined {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  if (s.kind !== 'for' || !nest) return undefined;
  const product = contractionAt(s);
  const [write, ...others] = (product?.epilogue ?? nest.body).filter(p => p.kind !== 'comment');
  if (write?.kind !== 'write' || others.length > 0) return undefined;
  const axes = axesAt(write.node, write.index, nest.loops);
  return axes?.length === nest.loops.length
    ? { node: write.node, stmt: s, axes, product, write }
    : undefined;
}

/** Undefined if a statement does anything but sum cells of the matrix. */
export function matrixSumOf(s: Stmt, node: TensorNode): MatrixSum | undefined {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const sum = nest && sumPartsOf(nest);
  const [terms, ...more] = sum?.terms ?? [];
  if (s.kind !== 'for' || !sum || !terms || more.length > 0) return undefined;
  const isInTerms = cellsRead(s, node).length === readsOf(sum.leaf.value, node).length;
  const axes = axesRead(s, node, [...nest.loops, terms]);
  if (!isInTerms || !axes?.includes(terms)) return undefined;
  const others = nest.loops.filter(loop => !axes.includes(loop));
  const [beside, ...rest] = others.filter(({ extent }) => extent > 1);
  const once = others.filter(({ extent }) => extent === 1);
  return rest.length === 0 ? { stmt: s, axes, sum, terms, beside, once } : undefined;
}

/** The loop of each axis of a matrix, if that is the same wherever the statement reads it. */
export function axesRead(
  s: Stmt,
  node: TensorNode,
  loops: readonly For[],
): readonly For[] | undefined {
  const found = cellsRead(s, node).map(index => index && axesAt(node, index, loops));
  const [first] = found;
  const isSame = found.every(axes => axes?.every((loop, i) => loop === first?.[i]));
  return isSame ? first : undefined;
}

function cellsRead(s: Stmt, node: TensorNode): readonly (readonly Index[] | undefined)[] {
  return sitesUnder(s)
    .filter(site => site.node === node)
    .map(({ kind, index }) => (kind === 'read' ? index : undefined));
}

export function readsOf(value: Expr, node: TensorNode): readonly Read[] {
  const reads: Read[] = [];
  visitExpr(value, e => {
    if (e.kind === 'read' && e.node === node) reads.push(e);
  });
  return reads;
}

/** The loop of each axis of more than one cell; undefined if a subscript is anything else. */
function axesAt(
  { dims }: TensorNode,
  index: readonly Index[],
  loops: readonly For[],
): readonly For[] | undefined {
  const named = index.filter(ix => ix.terms.length > 0);
  const axes = index.flatMap((ix, axis) => {
    const loop = asLoop(ix);
    return loops.filter(l => l.loop === loop && l.extent === dims[axis]);
  });
  return axes.length === named.length && new Set(axes).size === axes.length ? axes : undefined;
}

/** Whether the inputs of a matrix, except for `others`, are unchanged by the statements. */
export function canBeMadeAfter(
  { stmt, node }: Matrix,
  others: ReadonlySet<TensorNode>,
  statements: readonly Stmt[],
): boolean {
  const needed = [...usedIn(stmt)].filter(used => used !== node && !others.has(used));
  return statements.every(s => needed.every(used => !writtenIn(s).has(used)));
}
