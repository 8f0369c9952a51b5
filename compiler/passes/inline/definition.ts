/** Recognises arrays that are computed in one place, by one formula that holds for every cell. */
import { coverageOf } from '../../core/index-cover.ts';
import { asLoop, type Index, type LoopVar } from '../../core/index-expr.ts';
import type { Value } from '../../core/dtype.ts';
import type { AccumulateOp } from '../../core/op.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { loopsAlong, type Path, type Site, startsWith } from '../../loop/facts.ts';
import type { Accumulate, Expr, For, Leaf, Write } from '../../loop/ir.ts';

/**
 * `node[i, j, …] = value`, or with a reduction the accumulation of `value` over loops of its own.
 * All reads stand after the definition, in the same run of the block that holds it.
 */
export interface Definition {
  readonly node: TensorNode;
  /** A number when every cell is that number. */
  readonly value: Expr | Value;
  /** The loop that walks along each axis; undefined along an axis of size 1. */
  readonly axes: readonly (LoopVar | undefined)[];
  readonly reduction: Reduction | undefined;
  readonly reads: readonly Site[];
  /** The statements that go when the node does. */
  readonly leaves: readonly Leaf[];
  readonly place: Place;
}

export interface Reduction {
  readonly op: AccumulateOp;
  readonly start: Value;
  /** Outermost first; none of them occurs in the subscript. */
  readonly loops: readonly For[];
}

/** A statement of a block: the block, and which of its statements. */
export interface Place {
  readonly block: Path;
  readonly child: number;
}

/** Why an array has no single formula. */
export interface NoDefinition {
  readonly because: string;
}

export function isDefinition(found: Definition | NoDefinition): found is Definition {
  return !('because' in found);
}

/** `sites` are all sites of the node, in the order they run. */
export function definitionOf(sites: readonly Site[]): Definition | undefined {
  const found = soleFormula(sites);
  return isDefinition(found) ? found : undefined;
}

export function soleFormula(sites: readonly Site[]): Definition | NoDefinition {
  const stores = sites.filter(site => site.kind !== 'read');
  const reads = sites.slice(stores.length);
  if (reads.length === 0) return { because: 'nothing reads it after it is computed' };
  if (reads.some(site => site.kind !== 'read')) return { because: 'it is stored to between reads' };
  if (reads.some(site => site.index === undefined)) {
    return { because: 'a gather needs cells to pick from' };
  }
  const formula = constantFrom(stores) ?? formulaFrom(stores);
  if (!formula) return { because: 'it is not computed by one formula' };
  const readsFollow = reads.every(read => childAt(read, formula.place) > formula.place.child);
  return readsFollow
    ? { ...formula, reads }
    : { because: 'it is read in other loops than its own' };
}

/** The arrays that are computed from it. */
export function readersOf({ reads }: Definition): readonly TensorNode[] {
  return [...new Set(reads.map(read => read.leaf.node))];
}

/** Which statement of the place's block holds a site; -1 when the site is outside the block. */
export function childAt(site: Site, { block }: Place): number {
  const step = site.path[block.length];
  return startsWith(site.path, block) && typeof step === 'number' ? step : -1;
}

type Formula = Omit<Definition, 'reads'>;

function constantFrom(stores: readonly Site[]): Formula | undefined {
  const [fill] = stores;
  const nest = fill && nestOf(fill);
  if (stores.length !== 1 || fill?.leaf.kind !== 'fill' || nest?.loops.length !== 0)
    return undefined;
  const { node, leaf } = fill;
  const axes = node.dims.map(() => undefined);
  return { node, value: leaf.value, axes, reduction: undefined, leaves: [leaf], place: nest.place };
}

/** One write, or a fill and one accumulation in the same block. */
function formulaFrom(stores: readonly Site[]): Formula | undefined {
  const [first, second = first] = stores;
  const nest = second && nestOf(second);
  if (!nest || stores.length > 2 || !second.index) return undefined;
  if (second.leaf.kind !== 'write' && second.leaf.kind !== 'accumulate') return undefined;
  const reduction = first && reductionOf(first, second, nest);
  const isWrite = stores.length === 1 && second.kind === 'write';
  const axes = axesOf(second.node, second.index);
  const coverage = axes && coverageOf(second.index, second.node.dims, nest.loops);
  if (reduction ? coverage === undefined : !isWrite || coverage !== 'once') return undefined;
  return {
    node: second.node,
    value: valueOf(second.leaf, reduction),
    axes: axes ?? [],
    reduction,
    leaves: stores.map(site => site.leaf),
    place: nest.place,
  };
}

/** Undefined where an axis is not walked along by one loop, which then would not tell its value. */
function axesOf({ dims }: TensorNode, index: readonly Index[]): Definition['axes'] | undefined {
  const axes = index.map(asLoop);
  return axes.every((loop, axis) => loop !== undefined || dims[axis] === 1) ? axes : undefined;
}

/** A written constant stands for itself; one that is accumulated stays an expression. */
function valueOf({ value }: Write | Accumulate, reduction?: Reduction): Formula['value'] {
  return value.kind === 'const' && !reduction ? value.value : value;
}

function reductionOf(first: Site, second: Site, nest: Nest): Reduction | undefined {
  if (first.leaf.kind !== 'fill' || second.leaf.kind !== 'accumulate') return undefined;
  const start = nestOf(first);
  const sameBlock =
    start?.place.block.length === nest.place.block.length &&
    startsWith(first.path, nest.place.block) &&
    start.loops.length === 0;
  if (!sameBlock) return undefined;
  const along = new Set(second.index?.map(asLoop));
  const loops = nest.loops.filter(l => !along.has(l.loop));
  return { op: second.leaf.op, start: first.leaf.value, loops };
}

export interface Nest {
  readonly place: Place;
  /** The loops between the block's statement and the store, with nothing else among them. */
  readonly loops: readonly For[];
}

export function nestOf({ path }: Site): Nest | undefined {
  const at = path.findLastIndex(step => typeof step === 'number');
  const child = path[at];
  if (typeof child !== 'number') return undefined;
  return { place: { block: path.slice(0, at), child }, loops: loopsAlong(path.slice(at)) };
}
