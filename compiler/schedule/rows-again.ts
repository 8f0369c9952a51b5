/**
 * What lies between products, computed once more for those who need it much later: then neither those
 * before nor those behind need it as a whole (`row-blocks.ts`). Gradients need what comes between
 * forward, and what comes between them and that stands in the way of running all of it for the same rows.
 *
 *   before   p[h, s, t] := … scores of q and k …;     after    p[h, s, t] := … scores of q and k …;
 *            y[h, s, d] := … p …;                              y[h, s, d] := … p …;
 *            … y … dy …;                                       … y … dy …;
 *                                                              p2[h, s, t] := … scores of q and k …;
 *            … dy … p …;                                       … dy … p2 …;
 *
 * It is computed by the same statements, from arrays in which nothing has changed.
 */
import type { Names } from '../core/names.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { declaredIn, usedIn, writtenIn } from '../loop/facts.ts';
import { block, declare, type Stmt } from '../loop/ir.ts';
import { again, freshLike, onArrays } from './again.ts';
import type { RowGroup } from './row-group.ts';
import { sideBySide } from './side-by-side.ts';
import type { Target } from './target.ts';
import { workOf } from './work.ts';

export interface RowsAgain {
  /** All of the block, with what is computed again before the first that needs it. */
  readonly statements: readonly Stmt[];
  /** Each array, and the one that takes its place late. */
  readonly arrays: ReadonlyMap<TensorNode, TensorNode>;
  readonly before: readonly Stmt[];
  readonly after: readonly Stmt[];
}

/** Of what the members behind have to do, what is done again may take so much. */
const mostWork = 1 / 2;

/** Undefined where the group is in one piece, where it cannot be had again, or where that does not pay. */
export function withRowsAgain(
  statements: readonly Stmt[],
  group: RowGroup,
  { sharedCacheBytes }: Target,
  names: Names,
): RowsAgain | undefined {
  const [early, late] = partedIn(statements, group) ?? [[], []];
  const first = late[0];
  if (!first) return undefined;
  const [usedEarly, usedLate] = [usedBy(early), usedBy(late)];
  const kept = group.between.filter(node => usedEarly.has(node) && usedLate.has(node));
  if (bytesIn(kept) <= sharedCacheBytes) return undefined;
  const makers = makersOf(kept, early, group.between);
  if (!makers || workOf(block(makers)) > mostWork * workOf(block(late))) return undefined;
  if (late.some(s => kept.some(node => writtenIn(s).has(node)))) return undefined;
  const at = statements.indexOf(first);
  if (!isThereStill(makers, statements.slice(0, at)) || !isSmall(makers, kept)) return undefined;
  return madeAgain(statements, makers, late, { at, fills: group.fills, names });
}

/** As many of the members as can stand side by side, and the others, which can too. */
function partedIn(
  statements: readonly Stmt[],
  { members, fills }: RowGroup,
): readonly [early: readonly Stmt[], late: readonly Stmt[]] | undefined {
  const own = new Set<Stmt>(members.map(({ stmt }) => stmt));
  const filling = new Set<Stmt>(fills);
  const others = statements.filter(s => !filling.has(s));
  const ordered = others.filter(s => own.has(s));
  const end = ordered.findIndex((_, i) => !sideBySide(others, ordered.slice(0, i + 1)));
  if (end < 0) return undefined;
  const [early, late] = [ordered.slice(0, end), ordered.slice(end)];
  return sideBySide(others, late) ? [early, late] : undefined;
}

/** The statements that arrays are computed by, with the arrays between; undefined where they do more. */
function makersOf(
  arrays: readonly TensorNode[],
  statements: readonly Stmt[],
  between: readonly TensorNode[],
): readonly Stmt[] | undefined {
  const needed = new Set(arrays);
  const makers: Stmt[] = [];
  for (const s of statements.toReversed()) {
    const stored = storedIn(s);
    if (!stored.some(node => needed.has(node))) continue;
    if (stored.length > 1 || [...declaredIn(s)].some(node => node.dims.length > 0))
      return undefined;
    makers.unshift(s);
    const used = usedIn(s);
    between.filter(node => used.has(node)).forEach(node => needed.add(node));
  }
  const made = new Set(makers.flatMap(storedIn));
  return arrays.every(node => made.has(node)) ? makers : undefined;
}

function storedIn(s: Stmt): readonly TensorNode[] {
  const own = declaredIn(s);
  return [...writtenIn(s)].filter(node => !own.has(node));
}

/** What is computed again, under other names, before the first statement that needs it. */
function madeAgain(
  statements: readonly Stmt[],
  makers: readonly Stmt[],
  late: readonly Stmt[],
  {
    at,
    fills,
    names,
  }: { readonly at: number; readonly fills: RowGroup['fills']; readonly names: Names },
): RowsAgain {
  const made = [...new Set(makers.flatMap(storedIn))];
  const arrays = new Map(made.map(node => [node, freshLike(node, names)]));
  const started = fills.filter(({ node }) => arrays.has(node)).map(s => onArrays(s, arrays));
  const after = makers.map(s => again(s, arrays, names));
  const behind = statements.slice(at).map(s => (late.includes(s) ? onArrays(s, arrays) : s));
  const declares = [...arrays.values()].map(node => declare(node));
  return {
    statements: [...statements.slice(0, at), ...declares, ...started, ...after, ...behind],
    arrays,
    before: makers,
    after,
  };
}

/** Whether what each of them reads still holds what it did, after all of these. */
function isThereStill(makers: readonly Stmt[], statements: readonly Stmt[]): boolean {
  const made = new Set(makers.flatMap(storedIn));
  return makers.every(s => {
    const read = [...usedIn(s)].filter(node => !made.has(node) && !declaredIn(s).has(node));
    const behind = statements.slice(statements.indexOf(s) + 1);
    return behind.every(other => read.every(node => !writtenIn(other).has(node)));
  });
}

/** Whether there is less to keep for computing arrays again than there would be of them. */
function isSmall(makers: readonly Stmt[], kept: readonly TensorNode[]): boolean {
  const made = new Set(makers.flatMap(s => [...storedIn(s), ...declaredIn(s)]));
  const read = new Set(makers.flatMap(s => [...usedIn(s)]).filter(node => !made.has(node)));
  return bytesIn([...read]) < bytesIn(kept);
}

function usedBy(statements: readonly Stmt[]): ReadonlySet<TensorNode> {
  return new Set(statements.flatMap(s => [...usedIn(s)]));
}

function bytesIn(nodes: readonly TensorNode[]): number {
  return nodes.reduce((sum, node) => sum + sizeOf(node), 0);
}
