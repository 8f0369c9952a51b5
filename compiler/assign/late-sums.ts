/**
 * Postpones sums over examples until those of all devices can be taken as one sum:
 *
 *   before   delta[b, o] =: …                         b: 64, on each of two devices
 *            w.grad[o, i] =: 0
 *            w.grad[o, i] =+ delta[b, o] * x[b, i]
 *   after    delta[b, o] =: …                         b: 64, as before
 *   later    sum[o, i] =:+ delta[b, o] * x[b, i]      b: 128
 *
 * A device's `delta` and `x` are some rows of larger arrays. The terms are the same, in the order of the examples.
 */
import { asLoop, type Index, loopsIn, type LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { type Access, access, type Assign, type Code, type Scalar, sequence } from './ir.ts';
import { type Projections, subscriptOf } from './projections.ts';
import { accessesOf, mapScalar, readsOf } from './traverse.ts';

type SettledCode = Code<TensorNode, Projections>;
type SettledAssign = Assign<TensorNode, Projections>;

export interface LateSum {
  readonly sum: SettledAssign;
  /** The loop over examples. */
  readonly loop: LoopVar;
  /** Its operands, with one row per example. */
  readonly reads: ReadonlySet<TensorNode>;
}

export interface Examples {
  readonly count: number;
  /** Whether an array is given, with one row for each of them. */
  readonly isGiven: (node: TensorNode) => boolean;
}

/**
 * The sum that a target is, if it is nothing else: of arrays that have the examples as their first batch axis and are
 * given, or have been computed when the sum is taken and are not changed any more.
 */
export function lateSumOf(
  body: SettledCode,
  target: TensorNode,
  examples: Examples,
): LateSum | undefined {
  const all = inOrder(body);
  const [zero, sum, ...more] = all.filter(a => a.target.node === target);
  if (!zero || !sum || more.length > 0 || !isZero(zero)) return undefined;
  if (all.some(a => readsOf(a).some(({ node }) => node === target))) return undefined;
  if (sum.op !== 'add' || sum.reset || sum.target.at.length > 0) return undefined;
  const loop = examplesOf(sum, examples.count);
  if (loop === undefined || !hasRows(sum, target)) return undefined;
  const reads = new Set(accessesOf(sum.value).map(({ node }) => node));
  const at = all.indexOf(sum);
  const isThere = (node: TensorNode): boolean => {
    const writes = all.flatMap((a, i) => (a.target.node === node ? [i] : []));
    return examples.isGiven(node) ? writes.length === 0 : isBetween(writes, at);
  };
  return [...reads].every(isThere) ? { sum, loop, reads } : undefined;
}

/** The code without what it does to these. */
export function withoutTargets(body: SettledCode, targets: ReadonlySet<TensorNode>): SettledCode {
  switch (body.kind) {
    case 'sequence':
      return sequence(body.body.map(child => withoutTargets(child, targets)));
    case 'section':
    case 'repeat':
      return { ...body, body: withoutTargets(body.body, targets) };
    case 'assign':
      return targets.has(body.target.node) ? sequence([]) : body;
  }
}

/** Into another array, over so many examples of larger arrays. */
export function sumOver(
  { sum, loop }: LateSum,
  into: TensorNode,
  {
    count,
    wholeOf,
  }: { readonly count: number; readonly wholeOf: (node: TensorNode) => TensorNode },
): SettledAssign {
  const { projections, target, value } = sum;
  const axes = projections.axes.map(axis =>
    axis.loop === loop ? { ...axis, extent: count } : axis,
  );
  return {
    ...sum,
    target: access(into, target.slot),
    reset: true,
    value: mapScalar(value, wholeOf),
    projections: { ...projections, axes },
  };
}

/** The assignments in order; none if code runs repeatedly, since dependences between iterations are not analysed. */
function inOrder(code: SettledCode): readonly SettledAssign[] {
  if (code.kind === 'sequence') return code.body.flatMap(inOrder);
  if (code.kind === 'section') return inOrder(code.body);
  return code.kind === 'assign' ? [code] : [];
}

function isZero({ op, keeps, value }: SettledAssign): boolean {
  return op === 'set' && !keeps && value.kind === 'const' && value.value === 0;
}

/** Whether there are writes and all of them come before `at`. */
function isBetween(writes: readonly number[], at: number): boolean {
  return writes.length > 0 && writes.every(i => i < at);
}

/** The loop of a sum that goes through the rows of all that it reads, and does nothing else. */
function examplesOf(sum: SettledAssign, count: number): LoopVar | undefined {
  const reads = accessesOf(sum.value);
  const [first] = reads;
  if (!first || !isOfCells(sum.value)) return undefined;
  const loop = rowOf(sum, first);
  const isWhole = sum.projections.axes.some(axis => axis.loop === loop && axis.extent === count);
  if (loop === undefined || !isWhole) return undefined;
  const isMetIn = (ix: Index): boolean => loopsIn(ix).includes(loop);
  if (subscriptOf(sum, sum.target.slot).some(isMetIn)) return undefined;
  const isByExample = (read: Access<TensorNode>): boolean => {
    const [, ...others] = subscriptOf(sum, read.slot);
    return (
      read.at.length === 0 &&
      read.node.dims[0] === count &&
      rowOf(sum, read) === loop &&
      !others.some(isMetIn)
    );
  };
  return reads.every(isByExample) ? loop : undefined;
}

/** Along its first batch axis. */
function rowOf(a: SettledAssign, { slot }: Access<TensorNode>): LoopVar | undefined {
  const first = a.projections.slots[slot]?.batch[0];
  return first && asLoop(first);
}

/** Whether a value depends only on cells and constants, so that it is the same in whatever rows, and in each run. */
function isOfCells(value: Scalar<TensorNode>): boolean {
  if (value.kind === 'apply') return value.args.every(isOfCells);
  return value.kind === 'access' || value.kind === 'const';
}

/** Whether a loop of its own goes through the rows of the target. */
function hasRows(sum: SettledAssign, { dims }: TensorNode): boolean {
  const [first, ...others] = subscriptOf(sum, sum.target.slot);
  const loop = first && asLoop(first);
  if (loop === undefined || others.some(ix => loopsIn(ix).includes(loop))) return false;
  return sum.projections.axes.some(axis => axis.loop === loop && axis.extent === dims[0]);
}
