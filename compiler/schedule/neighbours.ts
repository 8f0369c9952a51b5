/** Fuses loops of one block by a rule, also past statements between them if dependences allow. */
import { conflict, useSame } from '../loop/facts.ts';
import { block, type For, type Stmt } from '../loop/ir.ts';
import { mapParts } from '../loop/traverse.ts';

/** The fusion rule: two loops that use the same array as one, or undefined. `around`: the loops around them. */
export type Fusion = (a: For, b: For, around: readonly For[]) => For | undefined;

/** What the next round need not look at again, of nests: loops that stand in no other. */
export class Settled {
  /** Nests in which there is nothing to fuse. */
  readonly inside = new WeakSet<Stmt>();
  /** For each nest, statements before it with none of which it is fused. */
  readonly #beside = new WeakMap<For, readonly Stmt[]>();

  isBeside(nest: For, before: readonly Stmt[]): boolean {
    const known = this.#beside.get(nest);
    return known?.length === before.length && known.every((s, i) => s === before[i]);
  }

  addBeside(nest: For, before: readonly Stmt[]): void {
    this.#beside.set(nest, before);
  }
}

/** In all blocks of a statement, innermost first. The same statement where nothing is fused. */
export function fuseNeighbours(
  s: Stmt,
  fusion: Fusion,
  settled = new Settled(),
  around: readonly For[] = [],
): Stmt {
  const isNest = s.kind === 'for' && around.length === 0;
  if (isNest && settled.inside.has(s)) return s;
  const here = s.kind === 'for' ? [...around, s] : around;
  const inner = mapParts(s, {
    expr: e => e,
    stmt: child => fuseNeighbours(child, fusion, settled, here),
  });
  if (isNest && inner === s) settled.inside.add(s);
  if (inner.kind !== 'block') return inner;
  const out: Stmt[] = [];
  for (const part of inner.body) {
    if (part.kind !== 'for' || !fusesWithOne(out, part, { fusion, settled, around }))
      out.push(part);
  }
  return out.length === inner.body.length ? inner : block(out);
}

interface Rule {
  readonly fusion: Fusion;
  readonly settled: Settled;
  readonly around: readonly For[];
}

/** How many statements a loop may pass to reach another; inside a loop, usually all that is done to a row. */
const [mostPassed, mostPassedInLoop] = [8, 32];

/** Whether `s` is fused with one of those that come before it, in place. */
function fusesWithOne(before: Stmt[], s: For, { fusion, settled, around }: Rule): boolean {
  const isNest = around.length === 0;
  const near = before.slice(-(isNest ? mostPassed : mostPassedInLoop));
  if (isNest && settled.isBeside(s, near)) return false;
  const fused = fusedWithOne(near, s, fusion, around);
  if (fused) before.splice(-near.length, near.length, ...fused);
  else if (isNest) settled.addBeside(s, near);
  return fused !== undefined;
}

/** Fuses with the nearest earlier loop, if one of the two may pass the statements between them. */
function fusedWithOne(
  before: readonly Stmt[],
  s: For,
  fusion: Fusion,
  around: readonly For[],
): readonly Stmt[] | undefined {
  let mayComeEarlier = true;
  for (let at = before.length - 1; at >= 0; at--) {
    const other = before[at];
    if (!other || !useSame(other, s)) continue;
    const [first, between] = [before.slice(0, at), before.slice(at + 1)];
    const mayComeAfter = between.every(t => !conflict(t, other));
    const isNear = other.kind === 'for' && (mayComeAfter || mayComeEarlier);
    const both = isNear ? fusion(other, s, around) : undefined;
    if (both && mayComeAfter) return [...first, ...between, both];
    if (both) {
      const declared = between.filter(t => t.kind === 'declare');
      return [...first, ...declared, both, ...between.filter(t => t.kind !== 'declare')];
    }
    mayComeEarlier &&= !conflict(other, s);
  }
  return undefined;
}
