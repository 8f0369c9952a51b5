/** The arrays that a statement uses and those that it stores to, which decide whether statements may be reordered. */
import type { TensorNode } from '../core/tensor-node.ts';
import type { Leaf, Stmt } from './ir.ts';
import { remembered } from './remembered.ts';
import { isLeaf } from './sites.ts';
import { expressionsOf, visitExpr } from './traverse.ts';

export interface Footprint {
  readonly stored: ReadonlySet<TensorNode>;
  /** Read or stored to. */
  readonly used: ReadonlySet<TensorNode>;
}

/** Composed of the footprints of the parts, so that a statement rebuilt around unchanged parts costs little. */
export const footprintOf = remembered((s: Stmt): Footprint => {
  if (s.kind === 'for' || s.kind === 'when') return footprintOf(s.body);
  if (s.kind === 'block') return union(s.body.map(footprintOf));
  return isLeaf(s) ? footprintOfLeaf(s) : none;
});

const none: Footprint = { stored: new Set(), used: new Set() };

function footprintOfLeaf(leaf: Leaf): Footprint {
  const [stored, used] = [new Set([leaf.node]), new Set([leaf.node])];
  for (const value of expressionsOf(leaf)) {
    visitExpr(value, e => {
      if (e.kind === 'read' || e.kind === 'gather') used.add(e.node);
    });
  }
  return { stored, used };
}

function union(parts: readonly Footprint[]): Footprint {
  const [stored, used] = [new Set<TensorNode>(), new Set<TensorNode>()];
  for (const part of parts) {
    for (const node of part.stored) stored.add(node);
    for (const node of part.used) used.add(node);
  }
  return { stored, used };
}

/** The arrays a statement or anything in it reads or stores to. */
export function usedIn(s: Stmt): ReadonlySet<TensorNode> {
  return footprintOf(s).used;
}

/** The arrays a statement or anything in it stores to. */
export function writtenIn(s: Stmt): ReadonlySet<TensorNode> {
  return footprintOf(s).stored;
}

/** For each array, the statements that use it. */
export function usersAmong(statements: readonly Stmt[]): ReadonlyMap<TensorNode, readonly Stmt[]> {
  const users = new Map<TensorNode, Stmt[]>();
  for (const s of statements) {
    for (const node of usedIn(s)) {
      const known = users.get(node);
      if (known) known.push(s);
      else users.set(node, [s]);
    }
  }
  return users;
}

/** Whether one stores to an array that the other uses, so that their order matters. */
export function conflict(a: Stmt, b: Stmt): boolean {
  return areInConflict(footprintOf(a), footprintOf(b));
}

export function areInConflict(a: Footprint, b: Footprint): boolean {
  return haveCommon(a.stored, b.used) || haveCommon(b.stored, a.used);
}

/** Whether both use some array. */
export function useSame(a: Stmt, b: Stmt): boolean {
  return haveCommon(usedIn(a), usedIn(b));
}

function haveCommon(a: ReadonlySet<TensorNode>, b: ReadonlySet<TensorNode>): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const node of few) if (many.has(node)) return true;
  return false;
}

/** A footprint to which those of statements are added. */
export class GrowingFootprint implements Footprint {
  readonly stored = new Set<TensorNode>();
  readonly used = new Set<TensorNode>();

  add(s: Stmt): void {
    const { stored, used } = footprintOf(s);
    for (const node of stored) this.stored.add(node);
    for (const node of used) this.used.add(node);
  }
}
