/**
 * Sums that are scattered, gathered instead. In the gradient of a picture each pixel adds to the cells that the taps of
 * a filter reach; seen from a cell, these are terms of one sum, fewer at the edges:
 *
 *   before   for v < 28 { for j < 3 { for c < 64 { for o < 64 { g[v + j, c] += y[v, o] * w[o, j, c]; } } } }
 *
 *   after    for v < 30 { for c < 64 { for o < 64 { for j < 3 {
 *              when v + j - 2 < 28 { when -1*v + -1*j < -1 { g[v, c] += y[v + j - 2, o] * w[o, -1*j + 2, c]; } }
 *            } } } }
 *
 * Such a sum stays in a register over all taps, and is a convolution, which a tile slides over (`sliding.ts`).
 */
import {
  at,
  fixed,
  type Index,
  isLoop,
  loopsIn,
  plus,
  rangeOf,
  sumOf,
} from '../../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  type Accumulate,
  accumulate,
  block,
  constant,
  declare,
  type For,
  forLoops,
  read,
  type Stmt,
  type When,
  write,
} from '../../loop/ir.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { underConditions } from './conditions.ts';
import { nestAt, type SumNest } from '../nest.ts';
import { isRegrouped } from '../partial-sums.ts';
import { slidingIn } from './sliding.ts';
import { lanesOf, type Target } from '../target.ts';
import { isTile, tileFor } from './tile.ts';

/** The cells of one axis, from the first to the last. */
export interface Cells {
  readonly first: number;
  readonly last: number;
}

/** The loops around a scattered sum, and the one around its terms, innermost the taps that a tile has all of. */
export interface Gathered {
  readonly cells: readonly For[];
  readonly terms: readonly For[];
  readonly conditions: readonly Pick<When, 'index' | 'below'>[];
  readonly leaf: Accumulate;
  /** The axes along which pixels and taps met. */
  readonly axes: readonly number[];
}

/** More of them are more code than there are registers for. */
const mostTaps = 8;

/** `neededOf`: which cells of an array anyone reads, axis by axis. Undefined where it is no such sum, or no tile then. */
export function gatheredFrom(
  { loops, leaf }: SumNest,
  neededOf: (node: TensorNode) => readonly Cells[],
  target: Target,
): Gathered | undefined {
  if (!isRegrouped(leaf)) return undefined;
  const pairs = leaf.index.flatMap((ix, axis) => pairIn(ix, axis, loops, leaf) ?? []);
  const named = new Set(leaf.index.flatMap(loopsIn));
  if (pairs.length === 0) return undefined;
  const gathered = pairs.reduce<Gathered>(
    (all, pair) => withPair(all, pair, neededOf(leaf.node)[pair.axis]),
    {
      cells: loops.filter(l => named.has(l.loop) && pairs.every(p => p.taps !== l)),
      terms: loops.filter(l => !named.has(l.loop) || pairs.some(p => p.taps === l)),
      conditions: [],
      leaf,
      axes: pairs.map(p => p.axis),
    },
  );
  return tapsInside(gathered, target);
}

/** Two loops that share a subscript, one cell a turn each. */
interface Pair {
  readonly axis: number;
  readonly pixels: For;
  /** The shorter one. */
  readonly taps: For;
}

function pairIn(
  { terms }: Index,
  axis: number,
  loops: readonly For[],
  { index }: Accumulate,
): Pair | undefined {
  const [first, second] = terms.map(t => loops.find(l => isLoop(t) && l.loop === t.loop));
  if (!first || !second || terms.length > 2 || terms.some(t => t.coeff !== 1)) return undefined;
  const [taps, pixels] = first.extent < second.extent ? [first, second] : [second, first];
  const named = index.flatMap(loopsIn);
  const isOnce = [first, second].every(
    ({ loop }) => named.indexOf(loop) === named.lastIndexOf(loop),
  );
  const isFilter = taps.extent > 1 && taps.extent <= mostTaps && pixels.extent >= taps.extent;
  return isOnce && isFilter ? { axis, pixels, taps } : undefined;
}

/** Replaces pixels by cells. Taps run backwards, so that the next one belongs to the next pixel. */
function withPair(all: Gathered, { axis, pixels, taps }: Pair, needed?: Cells): Gathered {
  const { offset } = all.leaf.index[axis] ?? fixed(0);
  const [first, last] = [
    Math.max(needed?.first ?? 0, offset),
    Math.min(needed?.last ?? Infinity, offset + pixels.extent + taps.extent - 2),
  ];
  const cells = { ...pixels, extent: Math.max(0, last - first + 1) };
  const pixel = plus(at(pixels.loop, 1, first - offset - taps.extent + 1), at(taps.loop));
  const turns = new Map([
    [pixels.loop, pixel],
    [taps.loop, at(taps.loop, -1, taps.extent - 1)],
  ]);
  const extents = new Map([cells, taps].map(l => [l.loop, l.extent]));
  const { min, max } = rangeOf(pixel, loop => extents.get(loop) ?? 1);
  const { extent } = pixels;
  return {
    ...all,
    cells: all.cells.map(l => (l === pixels ? cells : l)),
    conditions: [
      ...all.conditions,
      ...(max < extent ? [] : [{ index: pixel, below: extent }]),
      ...(min >= 0 ? [] : [{ index: sumOf([[-1, pixel]]), below: 1 }]),
    ],
    leaf: substituteLoopsIn(all.leaf, turns) as Accumulate,
  };
}

/** Makes the taps over which tiles slide innermost; undefined if tiles would not slide. */
function tapsInside(gathered: Gathered, target: Target): Gathered | undefined {
  const nest = inScalar(gathered);
  const taps = nest && slidingIn(nest)?.taps;
  const after = taps && { ...gathered, terms: lastOf(gathered.terms, taps) };
  const sliding = after && inScalar(after);
  const tile = sliding && tileFor(sliding, target);
  if (!tile || !isTile(tile) || tile.taps?.kind !== 'terms') return undefined;
  return tile.columns.extent < lanesOf(target, gathered.leaf.node.dtype) ? undefined : after;
}

function lastOf(loops: readonly For[], { loop }: For): readonly For[] {
  const [others, last] = [false, true].map(is => loops.filter(l => (l.loop === loop) === is));
  return [...(others ?? []), ...(last ?? [])];
}

/** The nest that it becomes when its sum is in a scalar. */
function inScalar({ cells, terms, conditions, leaf }: Gathered): ReturnType<typeof nestAt> {
  const { node, op, index, value } = leaf;
  const sum = tensorNode(`${node.name}_sum`, node.dtype, []);
  const body = block([
    declare(sum),
    write(sum, [], constant(node.dtype, 0)),
    underConditions(terms, conditions, accumulate(op, sum, [], value)),
    write(node, index, read(sum, [])),
  ]);
  const all = forLoops(cells, body);
  return all.kind === 'for' ? nestAt(all) : undefined;
}

export function stmtOf({ cells, terms, conditions, leaf }: Gathered): Stmt {
  return forLoops(cells, underConditions(terms, conditions, leaf));
}
