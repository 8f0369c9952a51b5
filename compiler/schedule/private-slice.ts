/** The slice of an array that only one turn of nested loops uses, and an array of just that slice. */
import { isOneToOne } from '../core/index-cover.ts';
import { type Index, isLoop, loopsIn, type Range, rangeOf, sameIndex } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, sitesUnder } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { greatestDivisor } from '../support/divisor.ts';

/** The range of each axis that a turn uses; undefined for an axis of which it may use all. */
export type Slice = readonly (AxisSlice | undefined)[];

/** `count` cells of an axis, from `turn + least` on. */
export interface AxisSlice {
  readonly turn: Index;
  readonly least: number;
  readonly count: number;
}

/** `loop` is the innermost of `loops`. Undefined if two of their turns may use the same cell. */
export function sliceOf(node: TensorNode, loop: For, loops: readonly For[]): Slice | undefined {
  const sites = sitesUnder(loop.body).filter(site => site.node === node);
  const slice = node.dims.map((_, axis) => axisSliceOf(axis, sites, loops));
  const turns = slice.flatMap(own => (own ? [own.turn] : []));
  return turns.length > 0 && isOneToOne(turns, loops) ? slice : undefined;
}

function axisSliceOf(
  axis: number,
  sites: readonly Site[],
  loops: readonly For[],
): AxisSlice | undefined {
  const places = sites.map(site => placeOf(axis, site));
  const [first] = places;
  if (!first) return undefined;
  const known = places.filter(place => place !== undefined && sameIndex(place.turn, first.turn));
  if (known.length < places.length) return undefined;
  const least = Math.min(...known.map(place => place?.inside.min ?? 0));
  const most = Math.max(...known.map(place => place?.inside.max ?? 0));
  const own = new Set(loops.map(l => l.loop));
  const steps = first.turn.terms.filter(isLoop).filter(t => own.has(t.loop));
  const step = steps.map(t => Math.abs(t.coeff)).reduce(greatestDivisor, 0);
  return most - least < step ? { turn: first.turn, least, count: most - least + 1 } : undefined;
}

/** A subscript as the part that is constant in a turn, and the range that inner loops add. */
function placeOf(
  axis: number,
  { kind, index, path }: Site,
): { turn: Index; inside: Range } | undefined {
  const subscript = index?.[axis];
  if (!subscript?.terms.every(isLoop) || kind === 'fill' || kind === 'scatter') return undefined;
  const inner = new Map(loopsAlong(path).map(l => [l.loop, l.extent]));
  const [inside, outside] = [true, false].map(is =>
    subscript.terms.filter(isLoop).filter(t => inner.has(t.loop) === is),
  );
  const within = { terms: inside ?? [], offset: subscript.offset };
  return {
    turn: { terms: outside ?? [], offset: 0 },
    inside: rangeOf(within, l => inner.get(l) ?? 1),
  };
}

/** Without the axes of which a turn uses one cell; a scalar if no other axis is left. */
export function arrayOfSlice(node: TensorNode, slice: Slice): TensorNode {
  const dims = node.dims.flatMap((dim, axis) => {
    const count = slice[axis]?.count ?? dim;
    return count === 1 && slice[axis] ? [] : [count];
  });
  return tensorNode(node.name, node.dtype, dims.every(dim => dim === 1) ? [] : dims);
}

export function indexInSlice(
  index: readonly Index[],
  slice: Slice,
  { dims }: TensorNode,
): readonly Index[] {
  if (dims.length === 0) return [];
  return index.flatMap((ix, axis) => {
    const own = slice[axis];
    if (!own) return [ix];
    if (own.count === 1) return [];
    const named = new Set(loopsIn(own.turn));
    const terms = ix.terms.filter(t => !isLoop(t) || !named.has(t.loop));
    return [{ terms, offset: ix.offset - own.least }];
  });
}
