/**
 * Recomputes arrays between products for readers much later, so that the products before and those after can each
 * run in blocks of rows (`row-blocks.ts`). Gradients read what the forward pass computes, but the loss in between
 * needs all rows, so both cannot be one group.
 *
 *   before   p[h, s, t] := … scores of q and k …;     after    p[h, s, t] := … scores of q and k …;
 *            y[h, s, d] := … p …;                              y[h, s, d] := … p …;
 *            … y … dy …;                                       … y … dy …;
 *                                                              p2[h, s, t] := … scores of q and k …;
 *            … dy … p …;                                       … dy … p2 …;
 *
 * The same statements compute it, from arrays that have not changed.
 */
import type { Names } from '../../core/names.ts';
import { sizeOf, type TensorNode } from '../../core/tensor-node.ts';
import { declaredIn, usedIn, writtenIn } from '../../loop/facts.ts';
import { block, declare, type Stmt } from '../../loop/ir.ts';
import { cloned, freshLike, onArrays } from '../clone.ts';
import type { RowGroup } from './row-group.ts';
import { broughtTogether } from '../bring-together.ts';
import type { Target } from '../target.ts';
import { workOf } from '../work.ts';

export interface RowsAgain {
  /** The whole block, with the recomputation before its first reader. */
  readonly statements: readonly Stmt[];
  /** Each array, and its recomputed copy. */
  readonly arrays: ReadonlyMap<TensorNode, TensorNode>;
  readonly before: readonly Stmt[];
  readonly after: readonly Stmt[];
}

/** How much recomputing may cost, relative to the work of the members after it. */
const mostWork = 1 / 2;

/** Undefined if the group needs no split, cannot be recomputed, or if that does not pay. */
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

/** The longest prefix of members that can be brought together, and the rest, if it can be too. */
function partedIn(
  statements: readonly Stmt[],
  { members, fills }: RowGroup,
): readonly [early: readonly Stmt[], late: readonly Stmt[]] | undefined {
  const own = new Set<Stmt>(members.map(({ stmt }) => stmt));
  const filling = new Set<Stmt>(fills);
  const others = statements.filter(s => !filling.has(s));
  const ordered = others.filter(s => own.has(s));
  const end = ordered.findIndex((_, i) => !broughtTogether(others, ordered.slice(0, i + 1)));
  if (end < 0) return undefined;
  const [early, late] = [ordered.slice(0, end), ordered.slice(end)];
  return broughtTogether(others, late) ? [early, late] : undefined;
}

/** The statements that compute the arrays, through other arrays of the group; undefined if they store to anything else. */
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

/** Inserts the recomputation, under fresh names, before its first reader. */
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
  const after = makers.map(s => cloned(s, arrays, names));
  const behind = statements.slice(at).map(s => (late.includes(s) ? onArrays(s, arrays) : s));
  const declares = [...arrays.values()].map(node => declare(node));
  return {
    statements: [...statements.slice(0, at), ...declares, ...started, ...after, ...behind],
    arrays,
    before: makers,
    after,
  };
}

/** Whether none of the statements after each maker changes what it reads. */
function isThereStill(makers: readonly Stmt[], statements: readonly Stmt[]): boolean {
  const made = new Set(makers.flatMap(storedIn));
  return makers.every(s => {
    const read = [...usedIn(s)].filter(node => !made.has(node) && !declaredIn(s).has(node));
    const behind = statements.slice(statements.indexOf(s) + 1);
    return behind.every(other => read.every(node => !writtenIn(other).has(node)));
  });
}

/** Whether the inputs of the recomputation, which must be kept, are smaller than the arrays themselves. */
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
