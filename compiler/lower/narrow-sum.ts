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
import { type AccumulateOp, infoOf, neutralOf } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  type Expr,
  fill,
  forLoop,
  read,
  type Stmt,
  write,
} from '../loop/ir.ts';
import type { Origins } from '../support/source.ts';

export interface NarrowSum {
  readonly node: TensorNode;
  readonly op: SummedOp;
  readonly reset: boolean;
  readonly target: readonly Index[];
  /** In the dtype that the node's is computed in. */
  readonly value: Expr;
  readonly nest: (leaf: Stmt) => Stmt;
  readonly origins: Origins;
}

export interface Fresh {
  readonly loop: (hint: string) => LoopVar;
  /** A local array of the routine, declared at its top. */
  readonly local: (node: TensorNode) => TensorNode;
}

/** Whether an array of this dtype cannot hold what is being accumulated. */
export function isNarrow({ dtype }: TensorNode): boolean {
  return computeDtype(dtype) !== dtype;
}

export function lowerNarrowSum(s: NarrowSum, fresh: Fresh): Stmt {
  const { node, op, reset, target, value, origins } = s;
  const dtype = computeDtype(node.dtype);
  const sum = fresh.local(tensorNode(`${node.name}.${words[op]}`, dtype, node.dims));
  const neutral = neutralOf(op, dtype);
  const start = reset ? neutral : (infoOf(joins[op]).identity ?? neutral);
  const axes = node.dims.map((extent, axis) => {
    const along = target[axis] && asLoop(target[axis]);
    return { extent, loop: fresh.loop(along?.replace(/\d+$/, '') ?? 'k') };
  });
  const cell = axes.map(axis => at(axis.loop));
  const total = read(sum, cell, origins);
  const stored = reset
    ? cast(node.dtype, total, origins)
    : updated(node, cell, joins[op], total, origins);
  return block([
    fill(sum, start, origins),
    s.nest(accumulate(op, sum, target, value, origins)),
    axes.reduceRight<Stmt>(
      (body, axis) => forLoop(axis.loop, axis.extent, body),
      write(node, cell, stored, origins),
    ),
  ]);
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

/** How what was accumulated from nothing joins what was there: a sum of negated values is added. */
const joins = {
  add: 'add',
  sub: 'add',
  mul: 'mul',
  div: 'mul',
  max: 'max',
  min: 'min',
} as const satisfies Partial<Record<AccumulateOp, AccumulateOp>>;

const words: Readonly<Record<SummedOp, string>> = {
  add: 'sum',
  sub: 'sum',
  mul: 'product',
  div: 'product',
  max: 'max',
  min: 'min',
};

type SummedOp = keyof typeof joins;

/** Whether what is accumulated may be put together first; the others need each value in its turn. */
export function isSummed(op: AccumulateOp): op is SummedOp {
  return Object.hasOwn(joins, op);
}
