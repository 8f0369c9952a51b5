/**
 * Which results may take the memory of an operand that is last used in the nest that first stores to the result: each
 * cell must be read before it is overwritten.
 *
 *     for i < 9 { h[i] := x[i]; }
 *     for i < 9 { g[i] := relu(h[i]); }      g may take the place of h
 *     for i < 9 { f[i] := g[i] + g[8]; }     f not that of g: the first turn would store what the next one reads
 *
 * An access of the old array and a store to the new one may reach the same place only in the same turn of all loops
 * around both, and then the store must come later. That holds for turns that run at the same time too, such as the
 * lanes of a vector. Turns that run twice, as in vectors that reach back, would read again what they have stored.
 * Without proof the answer is no, and always inside kernels of a GPU.
 */
import { fixed, sumOf } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { groupByNode, isLoopStep, type Path, type Site, sitesUnder } from './facts.ts';
import { areApartInTurns, neverMeet } from './independent.ts';
import { type Program, statementsOf } from './ir.ts';

export class InPlace {
  /** The scratch arrays that each statement of the program uses. */
  readonly #sites: readonly ReadonlyMap<TensorNode, readonly Site[]>[];
  readonly #uses: ReadonlyMap<TensorNode, readonly number[]>;

  constructor({ body, scratch }: Program) {
    const given = new Set(scratch.map(({ node }) => node));
    this.#sites = statementsOf(body).map(s =>
      groupByNode(sitesUnder(s).filter(({ node }) => given.has(node))),
    );
    const uses = new Map<TensorNode, number[]>();
    this.#sites.forEach((sites, at) => {
      for (const node of sites.keys()) uses.set(node, [...(uses.get(node) ?? []), at]);
    });
    this.#uses = uses;
  }

  /** The statement of the program that first uses an array; undefined if none does. */
  firstUse(node: TensorNode): number | undefined {
    return this.#uses.get(node)?.[0];
  }

  /** Whether `later`, at the same address, leaves all that is done with `earlier` as it is. */
  mayFollow(later: TensorNode, earlier: TensorNode): boolean {
    const [first, last] = [this.#uses.get(later)?.at(0), this.#uses.get(earlier)?.at(-1)];
    if (first === undefined || last === undefined || last < first) return true;
    if (last > first || bytesOf[later.dtype] !== bytesOf[earlier.dtype]) return false;
    const sites = this.#sites[first];
    const stores = (sites?.get(later) ?? []).filter(site => site.kind !== 'read');
    return (sites?.get(earlier) ?? []).every(old => stores.every(store => isBefore(old, store)));
  }
}

/** Whether an access never comes after a store to its place. */
function isBefore(old: Site, store: Site): boolean {
  if (!old.index || !store.index || [...old.path, ...store.path].some(isOfKernel)) return false;
  const [a, b] = haveSameShape(old.node, store.node)
    ? [old, store]
    : [inOneRow(old), inOneRow(store)];
  const same = a.path.findIndex((step, i) => step !== b.path[i]);
  const shared = same === -1 ? a.path.length : same;
  const areApart = a.path.slice(0, shared).every((step, i) => {
    return !isLoopStep(step) || areApartInTurns(step, from(a, i + 1), from(b, i + 1));
  });
  return areApart && (comesFirst(a, b, shared) || neverMeet(from(a, shared), from(b, shared)));
}

/** Within one iteration of the loops around both; a statement reads before it stores. */
function comesFirst(old: Site, store: Site, shared: number): boolean {
  if (old.leaf === store.leaf) return true;
  const [i, j] = [old.path[shared], store.path[shared]];
  return typeof i === 'number' && typeof j === 'number' && i < j;
}

function from(site: Site, step: number): Site {
  return { ...site, path: site.path.slice(step) };
}

function haveSameShape({ dims: a }: TensorNode, { dims: b }: TensorNode): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The site with a flat subscript, counted from the start of the array. */
function inOneRow(site: Site): Site {
  const { index = [], node } = site;
  const cell = index.reduce((before, ix, axis) => {
    return sumOf([
      [node.dims[axis] ?? 1, before],
      [1, ix],
    ]);
  }, fixed(0));
  return { ...site, index: [cell] };
}

function isOfKernel(step: Path[number]): boolean {
  return isLoopStep(step) && ['grid', 'block', 'thread'].includes(step.mode);
}
