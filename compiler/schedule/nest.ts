/** Recognises nests: perfectly nested loops with independent turns around one block. */
import { type Index, sameIndices } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsAlong, type Site, sitesUnder } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { type Accumulate, type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { product } from '../support/list.ts';
import { isOnVectors, isVector } from './vector-loop.ts';

export interface Nest {
  /** Outermost first; each contains only the next. */
  readonly loops: readonly For[];
  /** The statements in the innermost loop. */
  readonly body: readonly Stmt[];
}

/** The nest whose outermost loop this is; undefined if its turns depend on each other. */
export function nestAt(outermost: For): Nest | undefined {
  const loops: For[] = [];
  let inner: Stmt = outermost;
  while (inner.kind === 'for' && inner.mode === 'serial' && isIndependent(inner)) {
    loops.push(inner);
    inner = inner.body;
  }
  return loops.length === 0 ? undefined : { loops, body: statementsOf(inner) };
}

/**
 * Whether a loop contains several nests, as one over the steps of a training does. Vector loops do not count: they are
 * pieces of one nest.
 */
export function holdsNests({ body }: For): boolean {
  const inside = statementsOf(body);
  const nests = inside.filter(s => s.kind === 'for' && !isVector(s) && !isOnVectors(s));
  return nests.length > 1 && inside.every(s => s.kind !== 'declare');
}

export function sitesOf({ body }: Nest): readonly Site[] {
  return body.flatMap(s => sitesUnder(s));
}

/** The stride of an access along a loop; undefined if it is not constant. */
export function strideAlong(
  { node, index }: { readonly node: TensorNode; readonly index: readonly Index[] | undefined },
  { loop }: For,
): number | undefined {
  return index && strideOf(node, index, loop);
}

/**
 * Whether running a turn again changes nothing: it reads an array that it stores to only where it has already stored
 * in the same turn.
 */
export function mayRunTwice(body: readonly Stmt[]): boolean {
  const own = new Set(body.flatMap(s => [...declaredIn(s)]));
  const sites = body.flatMap(s => sitesUnder(s)).filter(({ node }) => !own.has(node));
  const stored = new Set(sites.filter(({ kind }) => kind !== 'read').map(({ node }) => node));
  return sites.every(({ kind, node, index }, at) => {
    if (kind !== 'read') return kind === 'write';
    return !stored.has(node) || sites.slice(0, at).some(s => isStoreOf(s, node, index));
  });
}

/** Whether a site stores to the same cell, unconditionally. */
function isStoreOf(site: Site, node: TensorNode, index: Site['index']): boolean {
  const { kind, path } = site;
  const isSame = kind === 'write' && site.node === node && path.length === 0;
  return isSame && index !== undefined && sameIndices(site.index ?? [], index);
}

/**
 * Whether a turn may run twice in lockstep, statement by statement, as in overlapping vectors: both load a cell
 * before either stores to it.
 */
export function mayRunTwiceAtOnce(body: readonly Stmt[]): boolean {
  const own = new Set(body.flatMap(s => [...declaredIn(s)]));
  const stored = new Set<TensorNode>();
  return body.every(s => {
    const sites = sitesUnder(s).filter(({ node }) => !own.has(node));
    const stores = sites.filter(({ kind }) => kind !== 'read');
    stores.forEach(({ node }) => stored.add(node));
    return (
      stores.every(({ kind }) => kind === 'write') &&
      sites.every(({ kind, node }) => kind !== 'read' || !stored.has(node))
    );
  });
}

/** How often the innermost statement runs. */
export function turnsOf({ loops, body }: Nest): number {
  return product(loops.map(loop => loop.extent)) * Math.max(...body.map(turnsIn), 1);
}

export function turnsIn(s: Stmt): number {
  const turns = sitesUnder(s).map(({ path }) => product(loopsAlong(path).map(l => l.extent)));
  return Math.max(...turns, 0);
}

/** Loops around one accumulation whose value does not read the accumulated array. */
export interface SumNest {
  /** Outermost first. */
  readonly loops: readonly For[];
  readonly leaf: Accumulate;
}

export function sumNestAt(outermost: For): SumNest | undefined {
  const loops: For[] = [];
  let inner: Stmt = outermost;
  while (inner.kind === 'for' && inner.mode === 'serial') {
    loops.push(inner);
    inner = inner.body;
  }
  if (inner.kind !== 'accumulate') return undefined;
  const { node } = inner;
  const readsItself = sitesUnder(inner).some(site => site.kind === 'read' && site.node === node);
  return readsItself ? undefined : { loops, leaf: inner };
}
