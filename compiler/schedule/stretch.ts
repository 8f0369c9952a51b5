/** Which part of an array a turn of nested loops has to itself, and that part as an array. */
import { isOneToOne } from '../core/index-cover.ts';
import { type Index, isLoop, loopsIn, type Range, rangeOf, sameIndex } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, sitesUnder } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { greatestDivisor } from '../support/divisor.ts';

/** The part of the first axis that a turn uses: `count` cells from where `turn` and `least` say. */
export interface Stretch {
  /** Another number for each turn. */
  readonly turn: Index;
  readonly least: number;
  readonly count: number;
}

/** Undefined where turns of the nested loops, of which `loop` is the innermost, may share a cell. */
export function stretchOf(node: TensorNode, loop: For, loops: readonly For[]): Stretch | undefined {
  const sites = sitesUnder(loop.body).filter(site => site.node === node);
  const places = sites.map(placeOf);
  const [first] = places;
  if (!first || !isOneToOne([first.turn], loops)) return undefined;
  const known = places.filter(place => place !== undefined && sameIndex(place.turn, first.turn));
  if (known.length < places.length) return undefined;
  const least = Math.min(...known.map(place => place?.inside.min ?? 0));
  const most = Math.max(...known.map(place => place?.inside.max ?? 0));
  const own = new Set(loops.map(l => l.loop));
  const steps = first.turn.terms.filter(isLoop).filter(t => own.has(t.loop));
  const step = steps.map(t => Math.abs(t.coeff)).reduce(greatestDivisor, 0);
  return most - least < step ? { turn: first.turn, least, count: most - least + 1 } : undefined;
}

/** A subscript of the first axis: what is the same in all of a turn, and what its loops add. */
function placeOf({ kind, index, path }: Site): { turn: Index; inside: Range } | undefined {
  const [first] = index ?? [];
  if (!first?.terms.every(isLoop) || kind === 'fill' || kind === 'scatter') return undefined;
  const inner = new Map(loopsAlong(path).map(l => [l.loop, l.extent]));
  const [inside, outside] = [true, false].map(is =>
    first.terms.filter(isLoop).filter(t => inner.has(t.loop) === is),
  );
  const within = { terms: inside ?? [], offset: first.offset };
  return {
    turn: { terms: outside ?? [], offset: 0 },
    inside: rangeOf(within, l => inner.get(l) ?? 1),
  };
}

/** Without its first axis where a turn uses one cell of it; a scalar where nothing else is left. */
export function partOf(node: TensorNode, { count }: Stretch): TensorNode {
  const rest = node.dims.slice(1);
  const dims = [...(count === 1 ? [] : [count]), ...rest];
  return tensorNode(node.name, node.dtype, dims.every(dim => dim === 1) ? [] : dims);
}

export function ownIndex(
  [first, ...rest]: readonly Index[],
  { turn, least, count }: Stretch,
  part: TensorNode,
): readonly Index[] {
  if (!first || part.dims.length === 0) return [];
  const named = new Set(loopsIn(turn));
  const terms = first.terms.filter(t => !isLoop(t) || !named.has(t.loop));
  return [...(count === 1 ? [] : [{ terms, offset: first.offset - least }]), ...rest];
}
