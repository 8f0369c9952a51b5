/**
 * The block of cells that a turn of a loop reads repeatedly, and the cache lines to prefetch for the next turn's
 * block.
 */
import { bytesOf } from '../core/dtype.ts';
import {
  at,
  fixed,
  type Index,
  isLoop,
  loopsIn,
  type LoopVar,
  plus,
  rangeOf,
  sameIndex,
  substitute,
  type Term,
} from '../core/index-expr.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { groupsUnder, loopsAlong, type Site } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { product } from '../support/list.ts';

/** The bounding box of an array's cells that are touched in a turn. */
export interface Block {
  readonly node: TensorNode;
  readonly axes: readonly BlockAxis[];
  /** The site that runs most often. */
  readonly site: Site;
}

interface BlockAxis {
  /** The part of the subscript that is constant in a turn. */
  readonly still: Index;
  readonly first: number;
  readonly count: number;
}

/** The block of each array, or of those asked for; the whole array if it cannot be told. */
export function blocksOf(
  { body }: For,
  isAsked: (node: TensorNode) => boolean = () => true,
): readonly (Block | TensorNode)[] {
  return [...groupsUnder(body)].flatMap(([node, sites]) =>
    isAsked(node) ? [blockOf(node, sites) ?? node] : [],
  );
}

export function isBlock(of: Block | TensorNode): of is Block {
  return 'axes' in of;
}

export function bytesIn(of: Block | TensorNode): number {
  return isBlock(of) ? product(of.axes.map(a => a.count)) * bytesOf[of.node.dtype] : sizeOf(of);
}

/** Bytes touched at the site that runs most often, while some loops do not advance. */
export function bytesWhile(still: readonly For[], { node, site: { index, path } }: Block): number {
  const turning = loopsAlong(path).filter(l => !still.includes(l));
  const extents = new Map(turning.map(l => [l.loop, l.extent]));
  const counts = index?.map(ix => {
    const { min, max } = rangeOf(ix, loop => extents.get(loop) ?? 1);
    return max - min + 1;
  });
  return counts ? product(counts) * bytesOf[node.dtype] : sizeOf(node);
}

function blockOf(node: TensorNode, sites: readonly Site[]): Block | undefined {
  const boxes = sites.map(({ index, path }) => {
    const turning = new Map(loopsAlong(path).map(l => [l.loop, l.extent]));
    return index?.map((ix, axis) => axisOf(ix, turning, node.dims[axis] ?? 1));
  });
  const axes = node.dims.map((_, axis) => united(boxes.map(box => box?.[axis])));
  const known = axes.filter(axis => axis !== undefined);
  const site = sites.toSorted((a, b) => turnsOf(b) - turnsOf(a))[0];
  if (known.length < axes.length || !site) return undefined;
  return { node, axes: known, site };
}

function turnsOf({ path }: Site): number {
  return product(loopsAlong(path).map(l => l.extent));
}

/** Undefined where a digit depends on what stands still. Under conditions a subscript may say what lies outside. */
function axisOf(
  { terms, offset }: Index,
  turning: ReadonlyMap<LoopVar, number>,
  dim: number,
): BlockAxis | undefined {
  const isTurning = (term: Term): boolean =>
    isLoop(term) ? turning.has(term.loop) : loopsIn(term.digit.of).every(loop => turning.has(loop));
  const [inside, others] = [terms.filter(isTurning), terms.filter(t => !isTurning(t))];
  if (!others.every(isLoop)) return undefined;
  const { min, max } = rangeOf({ terms: inside, offset }, loop => turning.get(loop) ?? 1);
  const still = { terms: others, offset: 0 };
  const isAll = still.terms.length === 0;
  const [first, last] = isAll ? [Math.max(0, min), Math.min(dim - 1, max)] : [min, max];
  return { still, first, count: last - first + 1 };
}

function united(all: readonly (BlockAxis | undefined)[]): BlockAxis | undefined {
  const known = all.filter(axis => axis !== undefined);
  const [one] = known;
  const isAlike = one && known.every(({ still }) => sameIndex(still, one.still));
  if (!isAlike || known.length < all.length) return undefined;
  const first = Math.min(...known.map(a => a.first));
  const last = Math.max(...known.map(a => a.first + a.count - 1));
  return { still: one.still, first, count: last - first + 1 };
}

/**
 * Whether the turns of a loop are those of the one inside, all of whose arrays go on from turn to turn: part by part, then, more or
 * less from where the last part ends, the first part of the next picture.
 */
export function goesOnInside({ loop, body }: For, isAsked: (node: TensorNode) => boolean): boolean {
  if (body.kind !== 'for' || body.mode !== 'serial') return false;
  const { loop: inner, extent } = body;
  const asked = [...groupsUnder(body.body)].filter(([node]) => isAsked(node));
  return asked.every(([node, sites]) =>
    sites.every(({ index = [] }) => {
      const [outer, step] = [loop, inner].map(l => strideOf(node, index, l));
      if (outer === undefined || step === undefined || step <= 0) return false;
      return Math.abs(outer - extent * step) <= step * mostOff;
    }),
  );
}

/** Of a part: what lies between pictures, such as margins. */
const mostOff = 1 / 2;

/** Cache lines in evenly spaced rows; contiguous lines are rows of one line. */
export interface Lines {
  readonly rows: number;
  readonly inRow: number;
  /** A cell of a line in the next turn; rows and lines count from 0. */
  readonly cellOf: (row: Index, line: number) => readonly Index[];
}

const lineBytes = 64;

/** Prefetching a range of rows includes unused ones in between: at most this multiple of the needed lines. */
const mostInVain = 1.5;

/** Undefined if the next turn reads the same cells, or cells that are too scattered. */
export function nextLines({ node, axes: all, site }: Block, { loop }: For): Lines | undefined {
  if (!site.index || !strideOf(node, site.index, loop)) return undefined;
  const axes = newIn(all, loop);
  const bytes = bytesOf[node.dtype];
  const cells = lineBytes / bytes;
  const last = axes.at(-1);
  const isWhole = last?.count === node.dims.at(-1) || axes.slice(0, -1).every(a => a.count === 1);
  const byRows = isWhole ? axes : axes.slice(0, -1);
  const span = byRows.reduce((all, { count }, i) => all * (node.dims[i] ?? 1) + count - 1, 0) + 1;
  const rows = isWhole ? Math.ceil(span / cells) : span;
  const inRow = isWhole ? 1 : Math.ceil(((last?.count ?? 1) * bytes) / lineBytes);
  const needed = Math.ceil(product(axes.map(a => a.count)) / cells);
  if (isWhole && rows > needed * mostInVain) return undefined;
  if (!isWhole && span > product(byRows.map(a => a.count)) * mostInVain) return undefined;
  const next = new Map([[loop, at(loop, 1, 1)]]);
  const start = axes.map(({ still, first }) => plus(substitute(still, next), fixed(first)));
  const cellOf = (row: Index, line: number): readonly Index[] =>
    start.map((first, axis) => {
      const isRow = axis === byRows.length - 1;
      const step = isRow ? timesOf(row, isWhole ? cells : 1) : fixed(0);
      const isLine = !isWhole && axis === axes.length - 1;
      return plus(plus(first, step), fixed(isLine ? line * cells : 0));
    });
  return { rows, inRow, cellOf };
}

/** Without the rows that this turn reads as well, where the block of the next one overlaps with its own. */
function newIn(axes: readonly BlockAxis[], loop: LoopVar): readonly BlockAxis[] {
  const steps = axes.map(({ still }) =>
    still.terms.reduce((all, t) => (isLoop(t) && t.loop === loop ? all + t.coeff : all), 0),
  );
  const isOnly = steps.filter(step => step !== 0).length === 1;
  return axes.map((axis, i) => {
    const [step = 0, { first, count }] = [steps[i], axis];
    const overlaps = isOnly && step > 0 && step < count;
    return overlaps ? { ...axis, first: first + count - step, count: step } : axis;
  });
}

function timesOf({ terms, offset }: Index, factor: number): Index {
  return { terms: terms.map(t => ({ ...t, coeff: t.coeff * factor })), offset: offset * factor };
}
