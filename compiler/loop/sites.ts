/**
 * Where a program touches which array: a table beside the program, computed when asked for and never stored in it.
 */
import type { Index } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import {
  type For,
  isComputed,
  type Leaf,
  type Program,
  type Stmt,
  type Subscript,
  type When,
} from './ir.ts';
import { remembered } from './remembered.ts';
import { expressionsOf, visitExpr } from './traverse.ts';

export interface Site {
  readonly node: TensorNode;
  readonly kind: 'read' | Leaf['kind'];
  /** Undefined for a fill, which touches every cell, and for a gather or scatter, which may touch any. */
  readonly index: readonly Index[] | undefined;
  /** For a gather or scatter: the subscripts that are not computed, by axis. */
  readonly known?: readonly (Index | undefined)[];
  /** The write, accumulation or fill that touches it. */
  readonly leaf: Leaf;
  /** The path from the body of the program (or the statement asked about) down to `leaf`. */
  readonly path: Path;
}

/** Each step enters a loop, enters a condition, or selects the n-th statement of a block. */
export type Path = readonly (For | When | number)[];

/** All sites in execution order; the reads of a statement come before its write. */
export function sitesIn(program: Program): readonly Site[] {
  return sitesUnder(program.body);
}

/** Paths start at the statement. */
export const sitesUnder = remembered((s: Stmt): readonly Site[] => {
  const sites: Site[] = [];
  collect(s, [], sites);
  return sites;
});

export function groupByNode(sites: readonly Site[]): ReadonlyMap<TensorNode, readonly Site[]> {
  const groups = new Map<TensorNode, Site[]>();
  for (const site of sites) {
    const group = groups.get(site.node);
    if (group) group.push(site);
    else groups.set(site.node, [site]);
  }
  return groups;
}

/** The sites of each array that a statement uses. */
export const groupsUnder = remembered((s: Stmt) => groupByNode(sitesUnder(s)));

export function isLeaf(s: Stmt): s is Leaf {
  switch (s.kind) {
    case 'fill':
    case 'write':
    case 'accumulate':
    case 'scatter':
      return true;
    case 'block':
    case 'comment':
    case 'for':
    case 'when':
    case 'declare':
    case 'prefetch':
      return false;
  }
}

export function isLoopStep(step: Path[number] | undefined): step is For {
  return typeof step === 'object' && step.kind === 'for';
}

/** The loops along a path, outermost first. */
export function loopsAlong(path: Path): readonly For[] {
  return path.filter(isLoopStep);
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((step, i) => step === path[i]);
}

/** `way` is the path to `s`; it is extended in place, and restored on return. */
function collect(s: Stmt, way: (For | When | number)[], to: Site[]): void {
  if (isLeaf(s)) {
    collectLeaf(s, [...way], to);
    return;
  }
  switch (s.kind) {
    case 'comment':
    case 'declare':
    case 'prefetch':
      return;
    case 'block':
      s.body.forEach((child, i) => {
        way.push(i);
        collect(child, way, to);
        way.pop();
      });
      return;
    case 'for':
    case 'when':
      way.push(s);
      collect(s.body, way, to);
      way.pop();
      return;
  }
}

function collectLeaf(s: Leaf, path: Path, to: Site[]): void {
  switch (s.kind) {
    case 'fill':
      to.push({ node: s.node, kind: 'fill', index: undefined, leaf: s, path });
      return;
    case 'write':
    case 'accumulate':
      collectReads(s, path, to);
      to.push({ node: s.node, kind: s.kind, index: s.index, leaf: s, path });
      return;
    case 'scatter':
      collectReads(s, path, to);
      to.push({
        node: s.node,
        kind: 'scatter',
        index: undefined,
        known: knownOf(s.index),
        leaf: s,
        path,
      });
      return;
  }
}

function collectReads(leaf: Leaf, path: Path, to: Site[]): void {
  for (const value of expressionsOf(leaf)) {
    visitExpr(value, e => {
      if (e.kind !== 'read' && e.kind !== 'gather') return;
      if (e.kind === 'read') to.push({ node: e.node, kind: 'read', index: e.index, leaf, path });
      else {
        const known = knownOf(e.index);
        to.push({ node: e.node, kind: 'read', index: undefined, known, leaf, path });
      }
    });
  }
}

function knownOf(index: readonly Subscript[]): readonly (Index | undefined)[] {
  return index.map(ix => (isComputed(ix) ? undefined : ix));
}
