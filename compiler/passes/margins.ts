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
import { isLoopStep, loopsAlong, type Site, startsWith } from '../loop/facts.ts';
import { type Expr, read, type When } from '../loop/ir.ts';
import { childAt, type Definition, type Place } from './inline/definition.ts';
import { staysTheSame } from './inline/hazards.ts';
import { valueAt } from './inline/rewrite.ts';

export interface Margins {
  readonly node: TensorNode;
  /** Their widths before the first cell, by axis. */
  readonly before: readonly number[];
  /** The number of cells inside them, by axis. */
  readonly extents: readonly number[];
  /** Set if all of these are copies of cells of other arrays, which can be read instead. */
  readonly copied?: Definition;
}

/** The margins of an array that is filled with zeros, then stored to inside its margins, and not stored to again. */
export function marginsOf(
  node: TensorNode,
  sitesOf: (node: TensorNode) => readonly Site[],
): Margins | undefined {
  const [filled, written, ...others] = sitesOf(node);
  if (written?.leaf.kind !== 'write' || filled?.leaf.kind !== 'fill' || filled.leaf.value !== 0)
    return undefined;
  const place = placeInside(filled, written);
  const isReadAfter = (site: Site): boolean =>
    site.kind === 'read' &&
    site.index !== undefined &&
    place !== undefined &&
    childAt(site, place) > place.child;
  if (!place || !others.every(isReadAfter)) return undefined;
  const { index } = written.leaf;
  const loops = loopsAlong(written.path.slice(place.block.length));
  const before = index.map(({ offset }) => offset);
  const inside = shifted(index, before);
  const extents = inside.map(asLoop).map(loop => loops.find(l => l.loop === loop)?.extent ?? 1);
  if (coverageOf(inside, extents, loops) !== 'once') return undefined;
  if (extents.every((extent, axis) => extent === node.dims[axis])) return undefined;
  const margins = { node, before, extents };
  const copied = copiedInside(margins, place, [filled, written, ...others], sitesOf);
  return copied ? { ...margins, copied } : margins;
}

/** The place of the nest that stores to an array, without conditions, after it was filled with zeros in the same block. */
function placeInside(filled: Site, written: Site): Place | undefined {
  const block = filled.path.slice(0, -1);
  const child = written.path[block.length];
  const isUnconditional = written.path
    .slice(block.length)
    .every(step => typeof step === 'number' || isLoopStep(step));
  return typeof child === 'number' && isUnconditional && startsWith(written.path, block)
    ? { block, child }
    : undefined;
}

/** The definition of the cells inside margins, if they are copies and the originals are unchanged at all reads. */
function copiedInside(
  { node, before }: Margins,
  place: Place,
  [filled, written, ...others]: readonly [Site, Site, ...Site[]],
  sitesOf: (node: TensorNode) => readonly Site[],
): Definition | undefined {
  const { leaf, path } = written;
  if (leaf.kind !== 'write' || leaf.value.kind !== 'read') return undefined;
  if (!path.slice(place.block.length + 1).every(isLoopStep)) return undefined;
  const reads = others.map(site => ({ ...site, index: shifted(site.index ?? [], before) }));
  const axes = shifted(leaf.index, before).map(asLoop);
  const leaves = [filled.leaf, leaf];
  const inner = { node, value: leaf.value, axes, reduction: undefined, reads, leaves, place };
  return staysTheSame(inner, sitesOf) ? inner : undefined;
}

function shifted(index: readonly Index[], before: readonly number[]): readonly Index[] {
  return index.map((ix, axis) => plus(ix, fixed(-(before[axis] ?? 0))));
}

/** What a cell is where it is none of the margins', and the conditions under which it is none. */
export interface InsideMargins {
  readonly value: Expr;
  readonly conditions: readonly Pick<When, 'index' | 'below'>[];
}

/** `loops`: the loops, with extents, that subscripts of axes with margins may name; with others, the result is undefined. */
export function insideMargins(
  { node, before, extents, copied }: Margins,
  index: readonly Index[],
  loops: ReadonlyMap<LoopVar, number>,
): InsideMargins | undefined {
  const inside = shifted(index, before);
  const conditions: Pick<When, 'index' | 'below'>[] = [];
  for (const [axis, ix] of inside.entries()) {
    const extent = extents[axis] ?? 1;
    if (extent === node.dims[axis]) continue;
    if (loopsIn(ix).some(loop => !loops.has(loop))) return undefined;
    const { min, max } = rangeOf(ix, loop => loops.get(loop) ?? 1);
    if (max >= extent) conditions.push({ index: ix, below: extent });
    if (min < 0) conditions.push({ index: sumOf([[-1, ix]]), below: 1 });
  }
  return { value: copied ? valueAt(copied, inside) : read(node, index), conditions };
}
