/**
 * Whether the turns of a loop are independent: then they may run in any order, at the same time, or as lanes of a vector.
 * Says yes only if the subscripts prove it.
 *
 * The interval test, axis by axis: take two accesses at `c*i` plus the same outer loops plus a rest within known bounds.
 * They can reach the same cell in different turns only if the rests can differ by a multiple of `c` that `i` spans. If
 * all accesses are to the same cell, it is enough that its subscripts determine the loop. A computed subscript is
 * accepted only if it says itself to which turn a cell belongs (`owner.ts`).
 */
import { isOneToOne } from '../core/index-cover.ts';
import {
  type Index,
  isLoop,
  type LoopTerm,
  type LoopVar,
  type Range,
  rangeOf,
  sameIndex,
  sameIndices,
} from '../core/index-expr.ts';
import {
  declaredIn,
  groupByNode,
  groupsUnder,
  loopsAlong,
  type Site,
  sitesUnder,
} from './facts.ts';
import { type For, isComputed, type Stmt } from './ir.ts';
import { mostTurns, ownerOf } from './owner.ts';

/**
 * Whether the iterations of a loop are independent of each other. Several passes ask this, and `verify` does after each of them, so it is
 * remembered by the loop's body, which stays the same when the mode of the loop changes. A statement is the body of one loop at a time.
 */
export function isIndependent(loop: For): boolean {
  const known = independence.get(loop.body);
  if (known && known.loop === loop.loop && known.extent === loop.extent) return known.is;
  const is = sharedGroups(loop).every(group => isOnlyRead(group) || isDisjoint(loop, group));
  independence.set(loop.body, { loop: loop.loop, extent: loop.extent, is });
  return is;
}

interface Independence extends Pick<For, 'loop' | 'extent'> {
  readonly is: boolean;
}

const independence = new WeakMap<Stmt, Independence>();

/** Whether turns need nothing of each other but sums that all of them add to, and none reads. */
export function isIndependentButForSums(loop: For): boolean {
  return sharedGroups(loop).every(
    group =>
      isOnlyRead(group) ||
      group.every(({ kind }) => kind === 'accumulate') ||
      isDisjoint(loop, group),
  );
}

/** The accesses to each array, except arrays that each iteration has of its own. */
function sharedGroups(loop: For): readonly (readonly Site[])[] {
  const own = declaredIn(loop.body);
  const sites = sitesUnder(loop.body).filter(({ node }) => !own.has(node));
  return [...groupByNode(sites).values()];
}

function isOnlyRead(sites: readonly Site[]): boolean {
  return sites.every(({ kind }) => kind === 'read');
}

/**
 * Whether a turn of `first` and another turn of `second`, which stand in one loop, need nothing of
 * each other: then all turns of the first might as well run before all of the second.
 */
export function areIndependent(loop: For, first: Stmt, second: Stmt): boolean {
  const after = groupsUnder(second);
  return [...groupsUnder(first)].every(([node, sites]) => {
    const others = after.get(node)?.map(site => accessOf(site, loop)) ?? [];
    return sites
      .map(site => accessOf(site, loop))
      .every(a =>
        others.every(b => !(a.isStore || b.isStore) || areApart(loop.extent, a.axes, b.axes)),
      );
  });
}

/**
 * Whether `a` in one turn and `b` in another are never at the same place: two accesses to arrays of one shape,
 * with their ways from the body of the loop on.
 */
export function areApartInTurns(loop: For, a: Site, b: Site): boolean {
  return loop.extent <= 1 || areApart(loop.extent, axesOf(a, loop), axesOf(b, loop));
}

/** Whether they are at the same place in no turns of the loops along their ways; what is around stands still. */
export function neverMeet(a: Site, b: Site): boolean {
  const others = axesOf(b);
  return axesOf(a).some((p, axis) => {
    const q = others[axis];
    if (!p || !q || p.rule !== q.rule || !sameIndex(p.outer, q.outer)) return false;
    return p.inner.max < q.inner.min || q.inner.max < p.inner.min;
  });
}

/** Whether no two turns meet in a cell that one of them stores to. */
function isDisjoint(loop: For, sites: readonly Site[]): boolean {
  if (areOneCell(loop, sites)) return true;
  const accesses = sites.map(site => accessOf(site, loop));
  const stores = accesses.filter(({ isStore }) => isStore);
  return stores.every(a => accesses.every(b => areApart(loop.extent, a.axes, b.axes)));
}

/** Whether they all name one cell, and another one in each turn, as where the digits of a count do. */
function areOneCell(loop: For, sites: readonly Site[]): boolean {
  const [first] = sites;
  if (!first?.index) return false;
  const { index, path } = first;
  const isSame = sites.every(site => site.index && sameIndices(site.index, index));
  return isSame && isOneToOne(index, [loop, ...loopsAlong(path)]);
}

interface Access {
  readonly isStore: boolean;
  readonly axes: Axes;
}

function accessOf(site: Site, loop: For): Access {
  return { isStore: site.kind !== 'read', axes: axesOf(site, loop) };
}

type Axes = readonly (Parts | undefined)[];

function areApart(extent: number, a: Axes, b: Axes): boolean {
  return a.some((p, axis) => {
    const q = b[axis];
    return p !== undefined && q !== undefined && separates(extent, p, q);
  });
}

/** Whether no `d` other than 0 turns later one access can be where the other was: `c*d` is too far. */
function separates(extent: number, a: Parts, b: Parts): boolean {
  const step = Math.abs(a.coeff);
  if (a.rule !== undefined && extent > mostTurns) return false;
  if (step === 0 || a.rule !== b.rule || a.coeff !== b.coeff || !sameIndex(a.outer, b.outer))
    return false;
  const first = Math.max(1 - extent, Math.ceil((a.inner.min - b.inner.max) / step));
  const last = Math.min(extent - 1, Math.floor((a.inner.max - b.inner.min) / step));
  return first > last || (first === 0 && last === 0);
}

interface Parts {
  readonly coeff: number;
  /** The part that is the same in all iterations. */
  readonly outer: Index;
  /** The range of what inner loops and the offset add. */
  readonly inner: Range;
  /** If not the cell is known but the iteration that owns it: how the owner follows from the cell. */
  readonly rule?: string;
}

/** Axis by axis; undefined where the subscript is no plain sum of loops. */
function axesOf({ index, known = [], path, leaf, kind }: Site, of?: For): Axes {
  const inside = new Map(loopsAlong(path).map(l => [l.loop, l.extent]));
  return (index ?? known).map((ix, axis) => {
    if (ix) return partsOf(ix, of?.loop, inside);
    const subscript = kind === 'scatter' && leaf.kind === 'scatter' ? leaf.index[axis] : undefined;
    const owner = subscript && isComputed(subscript) ? ownerOf(subscript) : undefined;
    const parts = owner && partsOf(owner.turn, of?.loop, inside);
    return parts && { ...parts, rule: owner.rule };
  });
}

function partsOf(
  ix: Index,
  loop: LoopVar | undefined,
  inside: ReadonlyMap<LoopVar, number>,
): Parts | undefined {
  let coeff = 0;
  const [outer, within]: [LoopTerm[], LoopTerm[]] = [[], []];
  for (const term of ix.terms) {
    if (!isLoop(term)) return undefined;
    if (term.loop === loop) ({ coeff } = term);
    else (inside.has(term.loop) ? within : outer).push(term);
  }
  const inner = rangeOf({ terms: within, offset: ix.offset }, l => inside.get(l) ?? 1);
  return { coeff, outer: { terms: outer, offset: 0 }, inner };
}
