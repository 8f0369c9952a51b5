/** Puts a definition's formula where the node was read, and takes the node away. */
import { at, type Index, type LoopVar, loopVar, sameIndex } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { usedIn } from '../../loop/facts.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  constant,
  declare,
  type Expr,
  forLoops,
  gather,
  indexValue,
  isEmpty,
  type Leaf,
  read,
  type Stmt,
  write,
} from '../../loop/ir.ts';
import {
  expressionsOf,
  mapParts,
  rewriteExpr,
  rewriteStmts,
  substituteLoops,
  visitExpr,
} from '../../loop/traverse.ts';
import { unreachable } from '../../support/errors.ts';
import { type Origins, uniteOrigins } from '../../support/source.ts';
import type { Definition, Reduction } from './definition.ts';

/** The formula for one cell, in terms of the loops around the place that reads it. */
export function valueAt(definition: Definition, index: readonly Index[]): Expr {
  const { node, value } = definition;
  if (typeof value !== 'object') return constant(node.dtype, value);
  return substituteLoops(value, bindingAt(definition, index));
}

function bindingAt({ axes }: Definition, index: readonly Index[]): Map<LoopVar, Index> {
  const binding = new Map<LoopVar, Index>();
  axes.forEach((loop, axis) => {
    const to = index[axis];
    if (loop !== undefined && to !== undefined) binding.set(loop, to);
  });
  return binding;
}

export function inlineDefinition(body: Stmt, definition: Definition, names: Names): Stmt {
  const { node } = definition;
  if (body.kind !== 'block') return inlineIn(body, definition, names);
  // Of a long program most statements have nothing to do with it.
  const isConcerned = (s: Stmt): boolean =>
    s.kind === 'declare' ? s.node === node : usedIn(s).has(node);
  const stmt = (s: Stmt): Stmt => (isConcerned(s) ? inlineIn(s, definition, names) : s);
  return mapParts(body, { expr: e => e, stmt });
}

/** In a statement of the program. */
export function inlineIn(around: Stmt, definition: Definition, names: Names): Stmt {
  const { node } = definition;
  return rewriteStmts(around, s => {
    switch (s.kind) {
      case 'declare':
        return s.node === node ? block([]) : undefined;
      case 'for':
        return isEmpty(s.body) ? block([]) : undefined;
      case 'fill':
        return s.node === node ? block([]) : undefined;
      case 'write':
      case 'accumulate':
      case 'scatter':
        if (s.node === node) return block([]);
        return isReadBy(s, node) ? inlineInto(s, definition, names) : undefined;
      case 'block':
      case 'comment':
      case 'when':
      case 'prefetch':
        return undefined;
    }
  });
}

/** Most statements do not, and need no rewriting. */
function isReadBy(s: Leaf, node: TensorNode): boolean {
  let isRead = false;
  for (const value of expressionsOf(s)) {
    visitExpr(value, e => {
      isRead ||= e.kind === 'read' && e.node === node;
    });
  }
  return isRead;
}

function inlineInto(s: Leaf, definition: Definition, names: Names): Stmt {
  const { reduction } = definition;
  if (reduction === undefined) {
    return replaceReads(s, definition.node, r => valueAt(definition, r.index));
  }
  const prelude: Stmt[] = [];
  const computed: { readonly index: readonly Index[]; readonly cell: TensorNode }[] = [];
  const result = replaceReads(s, definition.node, r => {
    const known = computed.find(c => c.index.every((ix, i) => sameIndex(ix, r.index[i] ?? ix)));
    if (known) return read(known.cell, []);
    const cell = tensorNode(names.fresh(definition.node.name), definition.node.dtype, []);
    computed.push({ index: r.index, cell });
    prelude.push(...reduce(cell, definition, reduction, r.index, names));
    return read(cell, []);
  });
  return prelude.length === 0 ? s : block([...prelude, result]);
}

/** `cell := start; for … { cell op= value; }`, over fresh loops. */
function reduce(
  cell: TensorNode,
  definition: Definition,
  { op, start, loops }: Reduction,
  index: readonly Index[],
  names: Names,
): readonly Stmt[] {
  const binding = bindingAt(definition, index);
  const fresh = loops.map(l => ({ extent: l.extent, loop: loopVar(names.fresh(l.loop)) }));
  loops.forEach((l, i) => {
    const to = fresh[i];
    if (to) binding.set(l.loop, at(to.loop));
  });
  const { value } = definition;
  const summand =
    typeof value !== 'object' ? constant(cell.dtype, value) : substituteLoops(value, binding);
  const origins = definition.leaves.at(-1)?.origins;
  const leaf: Stmt = accumulate(op, cell, [], summand, origins);
  const nest = forLoops(fresh, leaf);
  return [declare(cell), write(cell, [], constant(cell.dtype, start), origins), nest];
}

type Read = Extract<Expr, { kind: 'read' }>;

function replaceReads(s: Leaf, node: TensorNode, value: (r: Read) => Expr): Stmt {
  const expr = (e: Expr): Expr =>
    rewriteExpr(e, part => {
      if (part.kind !== 'read' || part.node !== node) return undefined;
      return withOrigins(value(part), part.origins);
    });
  return mapParts(s, { expr, stmt: child => child });
}

/** The same expression, known to come from these places too. */
function withOrigins(e: Expr, added: Origins): Expr {
  const origins = uniteOrigins(e.origins, added);
  switch (e.kind) {
    case 'const':
      return constant(e.dtype, e.value, origins);
    case 'read':
      return read(e.node, e.index, origins);
    case 'gather':
      return gather(e.node, e.index, origins);
    case 'index':
      return indexValue(e.index, origins);
    case 'cast':
      return cast(e.dtype, e.value, origins);
    case 'apply':
      return apply(e.op, e.args, origins);
    default:
      return unreachable(e);
  }
}
