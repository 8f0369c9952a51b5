/** Recomputes arrays that are computed by one formula into second copies, for late readers. */
import { at, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { namesIn, usedIn } from '../loop/facts.ts';
import {
  block,
  declare,
  type Expr,
  forLoop,
  type Program,
  read,
  statementsOf,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { rewriteExprsIn, substituteLoopsIn } from '../loop/traverse.ts';
import type { Definition } from './inline/definition.ts';

/** An array to be recomputed. */
export interface Again {
  /** A statement of the program: a nest around one write. */
  readonly definition: Definition;
  readonly value: Expr;
  /** The position of the first statement that reads the copy. */
  readonly reader: number;
}

/** Inserts each copy before its first reader; later readers use it too. */
export function withCopies(program: Program, chosen: readonly Again[]): Stmt {
  const names = new Names(namesIn(program));
  const statements = statementsOf(program.body);
  const copies = chosen.map(({ definition, reader }) => {
    const { name, dtype, dims } = definition.node;
    const copy = tensorNode(names.fresh(name), dtype, dims);
    const nest = statements[definition.place.child] ?? block([]);
    const made = [declare(copy), copyOf(nest, copy, names)];
    return { of: definition.node, copy, reader, made };
  });
  const started = new Map<TensorNode, TensorNode>();
  const body = statements.flatMap((s, at) => {
    const starting = copies.filter(c => c.reader === at);
    for (const { of, copy } of starting) started.set(of, copy);
    return [...starting.flatMap(c => c.made), readingFrom(started, s)];
  });
  return block(body);
}

/** Most statements read none of the arrays that have copies. */
function readingFrom(copies: ReadonlyMap<TensorNode, TensorNode>, s: Stmt): Stmt {
  if (![...usedIn(s)].some(node => copies.has(node))) return s;
  return rewriteExprsIn(s, e => {
    const copy = e.kind === 'read' ? copies.get(e.node) : undefined;
    return e.kind === 'read' && copy ? read(copy, e.index, e.origins) : undefined;
  });
}

/** The nest of a definition, with fresh loops. */
function copyOf(nest: Stmt, node: TensorNode, names: Names): Stmt {
  if (nest.kind === 'write') return write(node, nest.index, nest.value, nest.origins);
  if (nest.kind !== 'for') return nest;
  const loop = loopVar(names.fresh(nest.loop));
  const body = substituteLoopsIn(nest.body, new Map([[nest.loop, at(loop)]]));
  return forLoop(loop, nest.extent, copyOf(body, node, names));
}
