/**
 * Assignments to loops: each assignment becomes its own nest over its product space.
 *
 *   matmul =:+ w1 * x            zero_out matmul;
 *                                for b < 10 { for o < 16 { for i < 2 {
 *                                  matmul[b, o] += w1[o, i] * x[b, i];
 *                                } } }
 *
 * Positions become computed subscripts:
 *
 *   y =: table[ids]              for b < 10 { for d < 4 { y[b, d] := table[at(ids[b]), d]; } }
 *
 * A reset is written as a fill, and left out where every cell is reached exactly once: then the
 * cell is written instead. An assignment without a point, along an axis of size 0, is its reset alone,
 * so no loop stands still. Nothing else is optimised here.
 */
import type { Assign, Code } from '../assign/ir.ts';
import {
  isInjective,
  isSurjective,
  loopOrder,
  type ProductAxis,
  type Projections,
  subscriptOf,
} from '../assign/projections.ts';
import type { Routine } from '../assign/routine.ts';
import { readsOf, visitAssigns } from '../assign/traverse.ts';
import { at, type Index, loopsIn, type LoopVar, loopVar } from '../core/index-expr.ts';
import { computeDtype, type Value } from '../core/dtype.ts';
import { Names } from '../core/names.ts';
import { type AccumulateOp, neutralOf } from '../core/op.ts';
import { cellsOf, type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  apply,
  block,
  cast,
  comment,
  constant,
  declare,
  type Expr,
  fill,
  forLoop,
  isAffine,
  type Program,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { invariant, unreachable } from '../support/errors.ts';
import {
  accumulated,
  type Fresh,
  isNarrow,
  isSummed,
  lowerNarrowSum,
  updated,
} from './narrow-sum.ts';
import type { Point, SymbolScope } from './point.ts';
import { lowerScalar, lowerValue, subscriptsOf } from './scalar.ts';

export function lower(routine: Routine): Program {
  const nodes = nodesOf(routine);
  const names = new Names(nodes.map(node => node.name));
  const locals = nodes.filter(node => !routine.device.includes(node));
  const fresh: Fresh = {
    loop: hint => loopVar(names.fresh(hint)),
    local: ({ name, dtype, dims }, of) => {
      const node = tensorNode(names.fresh(name), dtype, dims);
      const place = locals.indexOf(of);
      locals.splice(place < 0 ? locals.length : place, 0, node);
      return node;
    },
  };
  const symbols = routine.symbols.map(s => ({
    symbol: s,
    loop: fresh.loop(s.name),
    range: s.range,
  }));
  const scope = new Map(symbols.map(({ symbol, loop }) => [symbol, at(loop)]));
  const body = lowerCode(routine.body, scope, fresh);
  return {
    name: routine.name,
    symbols: symbols.map(({ loop, range }) => ({ loop, range })),
    params: routine.device,
    scratch: [],
    body: block([...locals.map(declare), body]),
  };
}

function lowerCode(code: Code<TensorNode, Projections>, scope: SymbolScope, fresh: Fresh): Stmt {
  switch (code.kind) {
    case 'sequence':
      return block(code.body.map(child => lowerCode(child, scope, fresh)));
    case 'section':
      return block([comment(code.title), lowerCode(code.body, scope, fresh)]);
    case 'repeat': {
      if (code.symbol.range === 0) return block([]);
      const loop = fresh.loop(code.symbol.name);
      const inner = new Map(scope).set(code.symbol, at(loop));
      return forLoop(loop, code.symbol.range ?? 0, lowerCode(code.body, inner, fresh));
    }
    case 'assign':
      return code.projections.axes.some(axis => axis.extent === 0)
        ? startOf(code)
        : lowerAssign(code, scope, fresh);
    default:
      return unreachable(code);
  }
}

function lowerAssign(a: Assign<TensorNode, Projections>, scope: SymbolScope, fresh: Fresh): Stmt {
  const { node } = a.target;
  const axes = loopOrder(a).map(axis => ({ ...axis, fresh: fresh.loop(axis.loop) }));
  const binding = new Map(axes.map(axis => [axis.loop, at(axis.fresh)]));
  for (const [name, symbol] of a.projections.symbols) {
    const index = scope.get(symbol);
    invariant(index, () => `static symbol ${symbol.name} is not bound`);
    binding.set(name, index);
  }
  const point: Point = { assign: a, scope, binding };
  const target = subscriptsOf(a.target, point);
  const nest = nestOver(axes);
  const { op, reset, origins } = a;
  if (isAffine(target) && (op === 'set' || (reset && isInjective(a)))) {
    return lowerSet(a, { point, target, nest });
  }
  invariant(op !== 'set', () => `a set of ${node.name} at positions`);
  if (isAffine(target) && reset && a.keeps) {
    const added = { ...a, reset: false, keeps: false };
    const moving = new Set(subscriptOf(a, a.target.slot).flatMap(loopsIn));
    const start = write(node, target, constant(node.dtype, neutralOf(op, node.dtype)), origins);
    const cleared = nestOver(axes.filter(axis => moving.has(axis.loop)))(start);
    return block([cleared, lowerAssign(added, scope, fresh)]);
  }
  const value = lowerScalar(a.value, computeDtype(node.dtype), point);
  const start = reset ? [fill(node, neutralOf(op, node.dtype), origins)] : [];
  if (!isNarrow(node)) {
    return block([...start, nest(accumulated(op, node, target, value, origins))]);
  }
  if (isAffine(target) && (!isSummed(op) || (!reset && isInjective(a)))) {
    const update = write(node, target, updated(node, target, op, value, origins), origins);
    return block([...start, nest(update)]);
  }
  return lowerNarrowSum({ node, op, reset, target, value, nest, origins }, fresh);
}

/** The reset, which is all that remains of an assignment without points. */
function startOf({ op, reset, keeps, target, origins }: Assign<TensorNode, Projections>): Stmt {
  const { node } = target;
  const starts = (op === 'set' || reset) && !keeps && cellsOf(node) > 0;
  return block(starts ? [fill(node, neutral(op, node), origins)] : []);
}

/** The value of cells that no point reaches. */
function neutral(op: Assign<TensorNode, Projections>['op'], { dtype }: TensorNode): Value {
  return op === 'set' ? 0 : neutralOf(op, dtype);
}

type LoweredAxis = ProductAxis & { readonly fresh: LoopVar };

function nestOver(axes: readonly LoweredAxis[]): (leaf: Stmt) => Stmt {
  return leaf => axes.reduceRight((body, { fresh, extent }) => forLoop(fresh, extent, body), leaf);
}

interface Lowered {
  readonly point: Point;
  readonly target: readonly Index[];
  readonly nest: (leaf: Stmt) => Stmt;
}

/** A set: each cell that is reached gets one value. */
function lowerSet(a: Assign<TensorNode, Projections>, { point, target, nest }: Lowered): Stmt {
  const { op, origins } = a;
  const { node } = a.target;
  const value = firstOf(a, point);
  const full = isSurjective(a, node.dims);
  if (full && value.kind === 'const' && op === 'set') return fill(node, value.value, origins);
  const start = neutral(op, node);
  const needsFill = !a.keeps && !full;
  return block([
    ...(needsFill ? [fill(node, start, origins)] : []),
    nest(write(node, target, value, origins)),
  ]);
}

/** Their neutral element is one on the left, too, up to the sign of zero. */
const takesValue: ReadonlySet<AccumulateOp> = new Set<AccumulateOp>([
  ...(['add', 'mul', 'max', 'min', 'relu_gate'] as const),
]);

/** The result of accumulating one value, starting from the neutral element. */
function firstOf(a: Assign<TensorNode, Projections>, point: Point): Expr {
  const { op, value, target, origins } = a;
  const { dtype } = target.node;
  if (op === 'set' || takesValue.has(op)) return lowerValue(value, dtype, point);
  const one = lowerScalar(value, computeDtype(dtype), point);
  const first =
    op === 'sub'
      ? apply('neg', [one], one.origins)
      : apply(op, [constant(one.dtype, neutralOf(op, one.dtype)), one], one.origins);
  return cast(dtype, first, origins);
}

/** Device arrays first, then the locals in the order they are met. */
function nodesOf(routine: Routine): readonly TensorNode[] {
  const nodes = new Set(routine.device);
  visitAssigns(routine.body, a => {
    readsOf(a).forEach(({ node }) => nodes.add(node));
    nodes.add(a.target.node);
  });
  return [...nodes];
}
