/** Loops that stand one after the other, run as one where a rule says so. */
import type { TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { block, type For, type Stmt } from '../loop/ir.ts';
import { mapParts } from '../loop/traverse.ts';

/** Two loops as one, or undefined where they stay two. `around`: the loops they stand in. */
export type Fusion = (a: For, b: For, around: readonly For[]) => For | undefined;

/** In all blocks of a statement, innermost first. The same statement where nothing is fused. */
export function fuseNeighbours(s: Stmt, fusion: Fusion, around: readonly For[] = []): Stmt {
  const here = s.kind === 'for' ? [...around, s] : around;
  const inner = mapParts(s, {
    expr: e => e,
    stmt: child => fuseNeighbours(child, fusion, here),
  });
  if (inner.kind !== 'block') return inner;
  let out: readonly Stmt[] = [];
  for (const part of inner.body) {
    const fused = part.kind === 'for' ? fusedWithOne(out, part, fusion, around) : undefined;
    out = fused ?? [...out, part];
  }
  return out.length === inner.body.length ? inner : block(out);
}

/** So many statements a loop may pass on its way to another; in a loop all that are done to a row, as a rule. */
const [mostPassed, mostPassedInLoop] = [8, 32];

/** With the nearest loop before it, if one of the two may pass the statements between them. */
function fusedWithOne(
  before: readonly Stmt[],
  s: For,
  fusion: Fusion,
  around: readonly For[],
): readonly Stmt[] | undefined {
  const most = around.length > 0 ? mostPassedInLoop : mostPassed;
  for (let at = before.length - 1; at >= Math.max(0, before.length - most); at--) {
    const other = before[at];
    if (other?.kind !== 'for') continue;
    const [first, between] = [before.slice(0, at), before.slice(at + 1)];
    const mayComeAfter = between.every(t => !meet(t, other));
    if (!mayComeAfter && between.some(t => meet(t, s))) continue;
    const both = fusion(other, s, around);
    if (!both) continue;
    if (mayComeAfter) return [...first, ...between, both];
    const declared = between.filter(t => t.kind === 'declare');
    return [...first, ...declared, both, ...between.filter(t => t.kind !== 'declare')];
  }
  return undefined;
}

/** Whether one stores what the other uses. */
export function meet(a: Stmt, b: Stmt): boolean {
  const [x, y] = [footprintOf(a), footprintOf(b)];
  return (
    [...x.stored].some(node => y.used.has(node)) || [...y.stored].some(node => x.used.has(node))
  );
}

/** Whether there is an array that both use. */
export function useSame(a: Stmt, b: Stmt): boolean {
  const { used } = footprintOf(b);
  return [...footprintOf(a).used].some(node => used.has(node));
}

interface Footprint {
  readonly stored: ReadonlySet<TensorNode>;
  readonly used: ReadonlySet<TensorNode>;
}

/** Statements do not change, and each is asked about again for each of its neighbours. */
const footprints = new WeakMap<Stmt, Footprint>();

export function footprintOf(s: Stmt): Footprint {
  const known = footprints.get(s);
  if (known) return known;
  const sites = sitesUnder(s);
  const stores = sites.filter(site => site.kind !== 'read');
  const nodes = (of: readonly Site[]): ReadonlySet<TensorNode> =>
    new Set(of.map(({ node }) => node));
  const footprint = { stored: nodes(stores), used: nodes(sites) };
  footprints.set(s, footprint);
  return footprint;
}
