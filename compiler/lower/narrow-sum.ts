/**
 * Sums of floats of 16 and 8 bits: they are kept in f32 and rounded once, when they are stored.
 *
 *   y =+ w * x       fill y.sum, -0;
 *                    for o < 16 { for i < 2 { y.sum[o] += f32(w[o, i]) * f32(x[i]); } }
 *                    for o < 16 { y[o] := bf16(f32(y[o]) + y.sum[o]); }
 *
 * The passes put `y.sum` where it is read, which makes a scalar of it.
 */
import { computeDtype } from '../core/dtype.ts';
import { at, asLoop, type Index, type LoopVar } from '../core/index-expr.ts';
import { type AccumulateOp, infoOf, neutralOf, resultWords } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  type Expr,
  fill,
  forLoop,
  isAffine,
  isComputed,
  read,
  scatter,
  type Stmt,
  type Subscript,
  write,
} from '../loop/ir.ts';
import type { Origins } from '../support/source.ts';

export interface NarrowSum {
  readonly node: TensorNode;
  readonly op: AccumulateOp;
  readonly reset: boolean;
  readonly target: readonly Subscript[];
  /** In the dtype in which values of the node's dtype are computed. */
  readonly value: Expr;
  readonly nest: (leaf: Stmt) => Stmt;
  readonly origins: Origins;
}

export interface Fresh {
  readonly loop: (hint: string) => LoopVar;
  /** Makes a local array of the routine, declared at its top; before `of`, which is computed from it. */
  readonly local: (node: TensorNode, of: TensorNode) => TensorNode;
}

/** Whether an array of this dtype cannot hold what is being accumulated. */
export function isNarrow({ dtype }: TensorNode): boolean {
  return computeDtype(dtype) !== dtype;
}

export function lowerNarrowSum(s: NarrowSum, fresh: Fresh): Stmt {
  const { node, op, reset, target, value, origins } = s;
  const dtype = computeDtype(node.dtype);
  const sum = fresh.local(tensorNode(`${node.name}.${resultWords[op]}`, dtype, node.dims), node);
  const neutral = neutralOf(op, dtype);
  const join = reset ? undefined : joins[op];
  const begin = (): Stmt => {
    if (reset) return fill(sum, neutral, origins);
    if (join !== undefined) return fill(sum, infoOf(join).identity ?? neutral, origins);
    return overCells(s, fresh, cell =>
      write(sum, cell, cast(dtype, read(node, cell, origins), origins), origins),
    );
  };
  return block([
    begin(),
    s.nest(accumulated(op, sum, target, value, origins)),
    overCells(s, fresh, cell => {
      const total = read(sum, cell, origins);
      const stored =
        join === undefined
          ? cast(node.dtype, total, origins)
          : updated(node, cell, join, total, origins);
      return write(node, cell, stored, origins);
    }),
  ]);
}

/** A nest over all cells of the target, with loops named as the target's own. */
function overCells(
  { node, target }: NarrowSum,
  fresh: Fresh,
  leaf: (cell: readonly Index[]) => Stmt,
): Stmt {
  const axes = node.dims.map((extent, axis) => {
    const ix = target[axis];
    const along = ix && !isComputed(ix) ? asLoop(ix) : undefined;
    return { extent, loop: fresh.loop(along?.replace(/\d+$/, '') ?? 'k') };
  });
  return axes.reduceRight<Stmt>(
    (body, axis) => forLoop(axis.loop, axis.extent, body),
    leaf(axes.map(axis => at(axis.loop))),
  );
}

/** Takes a value in, at a cell or at positions. */
export function accumulated(
  op: AccumulateOp,
  node: TensorNode,
  target: readonly Subscript[],
  value: Expr,
  origins: Origins,
): Stmt {
  return isAffine(target)
    ? accumulate(op, node, target, value, origins)
    : scatter(op, node, target, value, origins);
}

/** The cell with a value taken in. */
export function updated(
  node: TensorNode,
  cell: readonly Index[],
  op: AccumulateOp,
  value: Expr,
  origins: Origins,
): Expr {
  const before = cast(value.dtype, read(node, cell, origins), origins);
  return cast(node.dtype, apply(op, [before, value], origins), origins);
}

/**
 * How what was accumulated from nothing joins what was there: a sum of negated values is added. Of
 * the other ops each value has to meet what was there in its turn.
 */
const joins: Partial<Readonly<Record<AccumulateOp, AccumulateOp>>> = {
  add: 'add',
  sub: 'add',
  mul: 'mul',
  div: 'mul',
  max: 'max',
  min: 'min',
};

/** Whether what is accumulated may be put together first. */
export function isSummed(op: AccumulateOp): boolean {
  return joins[op] !== undefined;
}
