/** Which part of an array a turn of nested loops has to itself, and that part as an array. */
import { isOneToOne } from '../core/index-cover.ts';
import { type Index, isLoop, loopsIn, type Range, rangeOf, sameIndex } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, sitesUnder } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { greatestDivisor } from '../support/divisor.ts';

/** The part of each axis that a turn uses; undefined for an axis of which it may use all. */
export type Part = readonly (Stretch | undefined)[];

/** `count` cells of an axis, from where `turn` and `least` say. */
export interface Stretch {
  readonly turn: Index;
  readonly least: number;
  readonly count: number;
}

/** Undefined where turns of the nested loops, of which `loop` is the innermost, may share a cell. */
export function partOf(node: TensorNode, loop: For, loops: readonly For[]): Part | undefined {
  const sites = sitesUnder(loop.body).filter(site => site.node === node);
  const part = node.dims.map((_, axis) => stretchOf(axis, sites, loops));
  const turns = part.flatMap(stretch => (stretch ? [stretch.turn] : []));
  return turns.length > 0 && isOneToOne(turns, loops) ? part : undefined;
}

function stretchOf(
  axis: number,
  sites: readonly Site[],
  loops: readonly For[],
): Stretch | undefined {
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

/** A subscript: what is the same in all of a turn, and what the loops in it add. */
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

/** Without the axes of which a turn uses one cell; a scalar where nothing else is left. */
export function arrayOf(node: TensorNode, part: Part): TensorNode {
  const dims = node.dims.flatMap((dim, axis) => {
    const count = part[axis]?.count ?? dim;
    return count === 1 && part[axis] ? [] : [count];
  });
  return tensorNode(node.name, node.dtype, dims.every(dim => dim === 1) ? [] : dims);
}

export function ownIndex(
  index: readonly Index[],
  part: Part,
  { dims }: TensorNode,
): readonly Index[] {
  if (dims.length === 0) return [];
  return index.flatMap((ix, axis) => {
    const stretch = part[axis];
    if (!stretch) return [ix];
    if (stretch.count === 1) return [];
    const named = new Set(loopsIn(stretch.turn));
    const terms = ix.terms.filter(t => !isLoop(t) || !named.has(t.loop));
    return [{ terms, offset: ix.offset - stretch.least }];
  });
}
