/**
 * Where the loop over a sum's terms starts to read. In a tile, C has a pointer to it:
 *
 *   const float *const a_from = &a[8 * o * 128];
 *   for (long i = 0; i < 128; ++i) {
 *     … a_from[o2 * 128 + i] …            (o2: a row of the tile)
 *   }
 *
 * Without it, gcc takes what is the same in all turns apart row by row, has no registers for so many numbers, and loads
 * them from the stack for each term, one for each row.
 */
import type { Index, LoopVar, TensorNode } from '../../compiler/index.ts';
import { isLoop, loopsIn, sameIndices, sumOf } from '../../compiler/core/index-expr.ts';
import { loopsBoundIn, sitesUnder } from '../../compiler/loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../../compiler/loop/ir.ts';
import { visitStmts } from '../../compiler/loop/traverse.ts';

export interface Start {
  readonly node: TensorNode;
  readonly index: readonly Index[];
  /** The loops that lead on from here. */
  readonly inner: ReadonlySet<LoopVar>;
}

/** None unless it is the innermost loop over the terms of a tile's sums. */
export function startsOf(loop: For): readonly Start[] {
  if (!isOfTile(loop)) return [];
  const inner = new Set([loop.loop, ...loopsBoundIn(loop.body)]);
  const sites = sitesUnder(loop.body);
  const stored = new Set(sites.filter(site => site.kind !== 'read').map(({ node }) => node));
  const starts = sites.flatMap(({ node, index = [] }) =>
    stored.has(node) || !leadsOn(index, inner)
      ? []
      : [{ node, index: startIn(index, inner), inner }],
  );
  return starts.filter((start, i) => starts.findIndex(other => isSame(other, start)) === i);
}

/** What leads from there to a cell; undefined if it is not only turns of the inner loops. */
export function restAfter(
  { index, inner }: Start,
  cell: readonly Index[],
): readonly Index[] | undefined {
  const rest = cell.map((ix, axis) =>
    sumOf([[1, ix], ...(index[axis] ? [[-1, index[axis]] as const] : [])]),
  );
  return rest.flatMap(loopsIn).every(loop => inner.has(loop)) ? rest : undefined;
}

/** Whether it stores to the same cells in all turns, by unrolled loops, and under no condition. */
function isOfTile({ mode, loop, body }: For): boolean {
  if (mode !== 'serial' || !statementsOf(body).some(isUnrolled)) return false;
  const parts: Stmt[] = [];
  visitStmts(body, s => parts.push(s));
  const isPlain = parts.every(
    s => s.kind !== 'when' && (s.kind !== 'for' || s.mode === 'unrolled' || s.mode === 'vector'),
  );
  const stores = sitesUnder(body).filter(site => site.kind !== 'read');
  return isPlain && stores.every(({ index = [] }) => !index.flatMap(loopsIn).includes(loop));
}

function isUnrolled(s: Stmt): boolean {
  return s.kind === 'for' && s.mode === 'unrolled';
}

/** Whether it starts elsewhere in other turns of the loops around, and all turns of the inner ones lead forward, so that no pointer leaves the array. */
function leadsOn(index: readonly Index[], inner: ReadonlySet<LoopVar>): boolean {
  const terms = index.flatMap(ix => ix.terms);
  const areForward =
    index.every(({ offset }) => offset >= 0) && terms.every(t => isLoop(t) && t.coeff > 0);
  const named = index.flatMap(loopsIn);
  return areForward && named.some(l => inner.has(l)) && named.some(l => !inner.has(l));
}

function startIn(index: readonly Index[], inner: ReadonlySet<LoopVar>): readonly Index[] {
  return index.map(({ terms }) => ({
    terms: terms.filter(term => isLoop(term) && !inner.has(term.loop)),
    offset: 0,
  }));
}

function isSame(a: Start, b: Start): boolean {
  return a.node === b.node && sameIndices(a.index, b.index);
}
