/**
 * Arrays with margins: zeros around what is written to them, such as pictures that a filter reaches beyond.
 *
 *   local pad: f32[30, 64];
 *   zero_out pad;
 *   for v < 28 { for c < 64 { pad[v + 1, c] := x[v, c]; } }
 */
import { coverageOf } from '../core/index-cover.ts';
import {
  asLoop,
  fixed,
  type Index,
  loopsIn,
  type LoopVar,
  plus,
  rangeOf,
  sumOf,
} from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { isLoopStep, type Site, startsWith } from '../loop/facts.ts';
import type { Expr, When } from '../loop/ir.ts';
import { childAt, type Definition, nestOf } from './inline/definition.ts';
import { staysTheSame } from './inline/hazards.ts';
import { valueAt } from './inline/rewrite.ts';

export interface Margins {
  /** The array without them, of which all cells are copies of others. */
  readonly inner: Definition;
  /** How wide they are before the first cell, axis by axis. */
  readonly before: readonly number[];
  /** How many cells stand inside of them. */
  readonly extents: readonly number[];
}

/** Of an array that is zeros, then copies inside of its margins, and not stored to again. */
export function marginsOf(
  node: TensorNode,
  sitesOf: (node: TensorNode) => readonly Site[],
): Margins | undefined {
  const [filled, written, ...others] = sitesOf(node);
  const nest = filled && written && nestInside(filled, written);
  if (!nest || written.leaf.kind !== 'write' || written.leaf.value.kind !== 'read')
    return undefined;
  const { place, loops } = nest;
  const { index, value } = written.leaf;
  const before = index.map(({ offset }) => offset);
  const inside = shifted(index, before);
  const axes = inside.map(asLoop);
  const extents = axes.map(loop => loops.find(l => l.loop === loop)?.extent ?? 1);
  if (coverageOf(inside, extents, loops) !== 'once') return undefined;
  const reads = others.flatMap(site =>
    site.kind === 'read' && site.index && childAt(site, place) > place.child
      ? [{ ...site, index: shifted(site.index, before) }]
      : [],
  );
  const leaves = [filled.leaf, written.leaf];
  const inner = { node, value, axes, reduction: undefined, reads, leaves, place };
  const isPicture = reads.length === others.length && staysTheSame(inner, sitesOf);
  return isPicture ? { inner, before, extents } : undefined;
}

/** Around a store to an array that is zeros up to there, in the same block. */
function nestInside({ leaf, path }: Site, written: Site): ReturnType<typeof nestOf> {
  const nest = nestOf(written);
  if (leaf.kind !== 'fill' || leaf.value !== 0 || !nest) return undefined;
  const { block } = nest.place;
  const isOneNest = written.path.slice(block.length + 1).every(isLoopStep);
  return isOneNest && path.length === block.length + 1 && startsWith(path, block)
    ? nest
    : undefined;
}

function shifted(index: readonly Index[], before: readonly number[]): readonly Index[] {
  return index.map((ix, axis) => plus(ix, fixed(-(before[axis] ?? 0))));
}

/** What a cell is where it is none of the margins', and the conditions under which it is none. */
export interface InsideMargins {
  readonly value: Expr;
  readonly conditions: readonly Pick<When, 'index' | 'below'>[];
}

/** `loops`: with their extents, all that a subscript may name where there are margins; else undefined. */
export function insideMargins(
  { inner, before, extents }: Margins,
  index: readonly Index[],
  loops: ReadonlyMap<LoopVar, number>,
): InsideMargins | undefined {
  const inside = shifted(index, before);
  const conditions: Pick<When, 'index' | 'below'>[] = [];
  for (const [axis, ix] of inside.entries()) {
    const extent = extents[axis] ?? 1;
    if (extent === inner.node.dims[axis]) continue;
    if (loopsIn(ix).some(loop => !loops.has(loop))) return undefined;
    const { min, max } = rangeOf(ix, loop => loops.get(loop) ?? 1);
    if (max >= extent) conditions.push({ index: ix, below: extent });
    if (min < 0) conditions.push({ index: sumOf([[-1, ix]]), below: 1 });
  }
  return { value: valueAt(inner, inside), conditions };
}
