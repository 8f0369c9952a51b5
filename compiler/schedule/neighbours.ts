/** Fuses loops of one block by a rule, also past statements between them if dependences allow. */
import type { TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { block, type For, type Stmt } from '../loop/ir.ts';
import { mapParts } from '../loop/traverse.ts';

/** The fusion rule: two loops as one, or undefined. `around`: the loops around them. */
export type Fusion = (a: For, b: For, around: readonly For[]) => For | undefined;

/**
 * In all blocks of a statement, innermost first. The same statement where nothing is fused. `settled`: loops that stand in
 * no other and in which there is nothing to fuse, from one round to the next.
 */
export function fuseNeighbours(
  s: Stmt,
  fusion: Fusion,
  settled: WeakSet<Stmt> = new WeakSet(),
  around: readonly For[] = [],
): Stmt {
  const isNest = s.kind === 'for' && around.length === 0;
  if (isNest && settled.has(s)) return s;
  const here = s.kind === 'for' ? [...around, s] : around;
  const inner = mapParts(s, {
    expr: e => e,
    stmt: child => fuseNeighbours(child, fusion, settled, here),
  });
  if (isNest && inner === s) settled.add(s);
  if (inner.kind !== 'block') return inner;
  let out: readonly Stmt[] = [];
  for (const part of inner.body) {
    const fused = part.kind === 'for' ? fusedWithOne(out, part, fusion, around) : undefined;
    out = fused ?? [...out, part];
  }
  return out.length === inner.body.length ? inner : block(out);
}

/** How many statements a loop may pass to reach another; inside a loop, usually all that is done to a row. */
const [mostPassed, mostPassedInLoop] = [8, 32];

/** Fuses with the nearest earlier loop, if one of the two may pass the statements between them. */
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
    const mayComeAfter = between.every(t => !conflict(t, other));
    if (!mayComeAfter && between.some(t => conflict(t, s))) continue;
    const both = fusion(other, s, around);
    if (!both) continue;
    if (mayComeAfter) return [...first, ...between, both];
    const declared = between.filter(t => t.kind === 'declare');
    return [...first, ...declared, both, ...between.filter(t => t.kind !== 'declare')];
  }
  return undefined;
}

/** Whether one stores to an array that the other uses, so that their order matters. */
export function conflict(a: Stmt, b: Stmt): boolean {
  const [x, y] = [footprintOf(a), footprintOf(b)];
  return (
    [...x.stored].some(node => y.used.has(node)) || [...y.stored].some(node => x.used.has(node))
  );
}

/** Whether both use some array. */
export function useSame(a: Stmt, b: Stmt): boolean {
  const { used } = footprintOf(b);
  return [...footprintOf(a).used].some(node => used.has(node));
}

interface Footprint {
  readonly stored: ReadonlySet<TensorNode>;
  readonly used: ReadonlySet<TensorNode>;
}

/** Cached, since statements are immutable and each is compared with many others. */
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
