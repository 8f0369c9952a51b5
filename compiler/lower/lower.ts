/**
 * Assignments to loops: each assignment becomes its own nest over its product space.
 *
 *   matmul =:+ w1 * x            zero_out matmul;
 *                                for b < 10 { for o < 16 { for i < 2 {
 *                                  matmul[b, o] += w1[o, i] * x[b, i];
 *                                } } }
 *
 * A reset is written as a fill, and left out where every cell is reached exactly once: then the
 * cell is written instead. Nothing else is optimised here.
 */
import type { Assign, Code } from '../assign/ir.ts';
import {
  isInjective,
  isSurjective,
  loopOrder,
  type Projections,
  subscriptOf,
} from '../assign/projections.ts';
import type { Routine } from '../assign/routine.ts';
import { accessesOf, visitAssigns } from '../assign/traverse.ts';
import { at, type Index, type LoopVar, loopVar, substitute } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { neutralOf } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import {
  accumulate,
  apply,
  block,
  comment,
  constant,
  declare,
  type Expr,
  fill,
  forLoop,
  type Program,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { invariant, unreachable } from '../support/errors.ts';
import { lowerScalar, type SymbolScope } from './scalar.ts';

export function lower(routine: Routine): Program {
  const nodes = nodesOf(routine);
  const names = new Names(nodes.map(node => node.name));
  const fresh = (hint: string): LoopVar => loopVar(names.fresh(hint));
  const symbols = routine.symbols.map(s => ({ symbol: s, loop: fresh(s.name), range: s.range }));
  const scope = new Map(symbols.map(({ symbol, loop }) => [symbol, at(loop)]));
  const locals = nodes.filter(node => !routine.device.includes(node)).map(declare);
  return {
    name: routine.name,
    symbols: symbols.map(({ loop, range }) => ({ loop, range })),
    params: routine.device,
    scratch: [],
    body: block([...locals, lowerCode(routine.body, scope, fresh)]),
  };
}

type Fresh = (hint: string) => LoopVar;

function lowerCode(code: Code<TensorNode, Projections>, scope: SymbolScope, fresh: Fresh): Stmt {
  switch (code.kind) {
    case 'sequence':
      return block(code.body.map(child => lowerCode(child, scope, fresh)));
    case 'section':
      return block([comment(code.title), lowerCode(code.body, scope, fresh)]);
    case 'repeat': {
      const loop = fresh(code.symbol.name);
      const inner = new Map(scope).set(code.symbol, at(loop));
      return forLoop(loop, code.symbol.range ?? 0, lowerCode(code.body, inner, fresh));
    }
    case 'assign':
      return lowerAssign(code, scope, fresh);
    default:
      return unreachable(code);
  }
}

function lowerAssign(a: Assign<TensorNode, Projections>, scope: SymbolScope, fresh: Fresh): Stmt {
  const { node } = a.target;
  const axes = loopOrder(a).map(axis => ({ ...axis, fresh: fresh(axis.loop) }));
  const binding = new Map(axes.map(axis => [axis.loop, at(axis.fresh)]));
  for (const [name, symbol] of a.projections.symbols) {
    const index = scope.get(symbol);
    invariant(index, () => `static symbol ${symbol.name} is not bound`);
    binding.set(name, index);
  }
  const subscript = (slot: number): readonly Index[] =>
    subscriptOf(a, slot).map(ix => substitute(ix, binding));
  const value = lowerScalar(a.value, node.dtype, { scope, subscript, origins: a.origins });
  const target = subscript(a.target.slot);
  const nest = (leaf: Stmt): Stmt =>
    axes.reduceRight((body, axis) => forLoop(axis.fresh, axis.extent, body), leaf);

  const full = isSurjective(a, node.dims);
  const once = a.op === 'set' || (a.reset && isInjective(a));
  if (once && full && value.kind === 'const' && a.op === 'set')
    return fill(node, value.value, a.origins);
  const start = a.op === 'set' ? 0 : neutralOf(a.op);
  const needsFill = once ? !full && !a.keeps : a.reset;
  const leaf = once
    ? write(node, target, firstOf(a.op, value), a.origins)
    : accumulate(a.op, node, target, value, a.origins);
  return block([...(needsFill ? [fill(node, start, a.origins)] : []), nest(leaf)]);
}

/** What one value gives when an accumulation starts from the neutral element. */
function firstOf(op: Assign<TensorNode, Projections>['op'], value: Expr): Expr {
  if (op === 'sub') return apply('neg', [value], value.origins);
  return op === 'div' ? apply('div', [constant(value.dtype, 1), value], value.origins) : value;
}

/** Device arrays first, then the locals in the order they are met. */
function nodesOf(routine: Routine): readonly TensorNode[] {
  const nodes = new Set(routine.device);
  visitAssigns(routine.body, a => {
    accessesOf(a.value).forEach(({ node }) => nodes.add(node));
    nodes.add(a.target.node);
  });
  return [...nodes];
}
