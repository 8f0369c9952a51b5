/**
 * Who touches which array, where: a table beside a program, computed anew for each program and
 * never stored in it.
 */
import { type Index, type LoopVar, loopsIn } from '../core/index-expr.ts';
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
import { expressionsOf, visitExpr, visitStmts } from './traverse.ts';

export interface Site {
  readonly node: TensorNode;
  readonly kind: 'read' | Leaf['kind'];
  /** Undefined for a fill, which touches every cell, and for a gather or scatter, which may touch any. */
  readonly index: readonly Index[] | undefined;
  /** Of a gather or scatter, the subscripts that are not computed, each at its axis. */
  readonly known?: readonly (Index | undefined)[];
  /** The write, accumulation or fill that touches it. */
  readonly leaf: Leaf;
  /** The way from the body of the program down to `leaf`. */
  readonly path: Path;
}

/** Into a loop or what is done under a condition, or to the n-th statement of a block. */
export type Path = readonly (For | When | number)[];

/** All sites in the order they run; the reads of a statement stand before its write. */
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

/**
 * The sites of one array after the other, collected from the statements of the program that use it: for whoever asks
 * about few arrays of many programs that differ little.
 */
export function sitesByNode(program: Program): (node: TensorNode) => readonly Site[] {
  const { body } = program;
  if (body.kind !== 'block') {
    const groups = groupsUnder(body);
    return node => groups.get(node) ?? [];
  }
  const users = new Map<TensorNode, number[]>();
  body.body.forEach((s, i) => {
    for (const node of groupsUnder(s).keys()) {
      const known = users.get(node);
      if (known) known.push(i);
      else users.set(node, [i]);
    }
  });
  const known = new Map<TensorNode, readonly Site[]>();
  return node => {
    const before = known.get(node);
    if (before) return before;
    const sites = (users.get(node) ?? []).flatMap(i => {
      const s = body.body[i];
      const own = (s && groupsUnder(s).get(node)) ?? [];
      return own.map(site => ({ ...site, path: [i, ...site.path] }));
    });
    known.set(node, sites);
    return sites;
  };
}

const groupsUnder = remembered((s: Stmt) => groupByNode(sitesUnder(s)));

/** The arrays that come with the arguments: those from outside, and those of one run. */
export function givenArrays({ params, scratch }: Program): readonly TensorNode[] {
  return [...params, ...scratch.map(({ node }) => node)];
}

/** The arrays declared inside the program, in order. */
export function localsOf(program: Program): readonly TensorNode[] {
  return [...declaredIn(program.body)];
}

/** The arrays declared in a statement, in order. */
export const declaredIn = remembered((s: Stmt): ReadonlySet<TensorNode> => {
  const declared = new Set<TensorNode>();
  visitStmts(s, part => {
    if (part.kind === 'declare') declared.add(part.node);
  });
  return declared;
});

/** The loops and static indices that subscripts and index values in a statement name. */
export function loopsNamedIn(s: Stmt): ReadonlySet<LoopVar> {
  const named = new Set<LoopVar>();
  const add = (index: readonly Subscript[]): void => {
    for (const ix of index) if (!isComputed(ix)) loopsIn(ix).forEach(loop => named.add(loop));
  };
  visitStmts(s, part => {
    if (part.kind === 'prefetch') add(part.index);
    if (part.kind === 'when') add([part.index]);
    if (!isLeaf(part)) return;
    if (part.kind !== 'fill') add(part.index);
    for (const value of expressionsOf(part)) {
      visitExpr(value, e => {
        if (e.kind === 'index') add([e.index]);
        if (e.kind === 'read' || e.kind === 'gather') add(e.index);
      });
    }
  });
  return named;
}

/** Every name a program uses: a fresh one must be none of these. */
export function namesIn(program: Program): readonly string[] {
  const loops: string[] = program.symbols.map(s => s.loop);
  visitStmts(program.body, s => {
    if (s.kind === 'for') loops.push(s.loop);
  });
  const nodes = [...givenArrays(program), ...localsOf(program)];
  return [...loops, ...nodes.map(node => node.name)];
}

/** The arrays a statement or anything in it reads or stores to. */
export const usedIn = remembered((s: Stmt): ReadonlySet<TensorNode> => {
  const used = new Set<TensorNode>();
  visitStmts(s, part => {
    if (!isLeaf(part)) return;
    used.add(part.node);
    for (const value of expressionsOf(part)) {
      visitExpr(value, e => {
        if (e.kind === 'read' || e.kind === 'gather') used.add(e.node);
      });
    }
  });
  return used;
});

/** The arrays a statement or anything in it stores to. */
export const writtenIn = remembered((s: Stmt): ReadonlySet<TensorNode> => {
  const written = new Set<TensorNode>();
  visitStmts(s, part => {
    if (isLeaf(part)) written.add(part.node);
  });
  return written;
});

/** Statements do not change, and of a long program each is asked about again for every other one. */
export function remembered<Part extends Stmt, Fact>(find: (s: Part) => Fact): (s: Part) => Fact {
  const known = new WeakMap<Part, Fact>();
  return s => {
    const before = known.get(s);
    if (before !== undefined) return before;
    const found = find(s);
    known.set(s, found);
    return found;
  };
}

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

/** `way` leads to `s`; it is as it was when this returns. */
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
