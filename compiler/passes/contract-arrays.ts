/** Array contraction: shrinks a local array to the part that one turn of a loop uses, if no two turns share a cell. */
import type { Index } from '../core/index-expr.ts';
import { cellsOf, sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { sitesUnder } from '../loop/facts.ts';
import {
  accumulate,
  block,
  declare,
  type For,
  forLoop,
  type Program,
  read,
  type Stmt,
  statementsOf,
  write,
} from '../loop/ir.ts';
import { mapParts, rewriteExpr, rewriteStmts, visitStmts } from '../loop/traverse.ts';
import { arrayOfSlice, indexInSlice, sliceOf } from '../schedule/private-slice.ts';
import type { ArrayDecision, Note } from './decision.ts';
import { withBody } from './pipeline.ts';

/** Makes each iteration declare its own part of an array, of at most `most` bytes in all. */
export function contractArrays(program: Program, note?: Note, most = mostBytes): Program {
  const contract = (s: Stmt): Stmt => {
    const outer = s.kind === 'block' ? contractIn(s.body, most, note) : s;
    return mapParts(outer, { expr: e => e, stmt: contract });
  };
  return withBody(program, contract(program.body));
}

/** The arrays of an iteration are on the stack of its thread, together with those of outer loops. */
const mostBytes = 64 * 1024;

/** Contracts the arrays declared among the statements of a block, as long as a turn has at most `most` bytes. */
export function contractIn(body: readonly Stmt[], most: number, note?: Note): Stmt {
  const statements: (Stmt | undefined)[] = [...body];
  const users = usersIn(body);
  body.forEach((s, own) => {
    if (s.kind !== 'declare') return;
    const [at = -1, ...others] = users.get(s.node) ?? [];
    const loop = statements[at];
    const inTurns =
      others.length === 0 && loop?.kind === 'for' && contracted(s.node, loop, [], { most, note });
    if (!inTurns) return;
    statements[at] = inTurns;
    statements[own] = undefined;
  });
  return block(statements.filter(s => s !== undefined));
}

interface Limits {
  /** Bytes of arrays that one turn may declare. */
  readonly most: number;
  readonly note: Note | undefined;
}

/** Declares an array inside the innermost nested loop whose turns use separate parts of it. */
function contracted(
  node: TensorNode,
  loop: For,
  around: readonly For[],
  limits: Limits,
): For | undefined {
  if (loop.mode !== 'serial') return undefined;
  const loops = [...around, loop];
  const parts = statementsOf(loop.body);
  const withParts =
    inLoopIn(node, parts, loops, limits) ?? withPart(node, parts, loop, loops, limits);
  return withParts && forLoop(loop.loop, loop.extent, block(withParts), loop.mode);
}

function withPart(
  node: TensorNode,
  body: readonly Stmt[],
  loop: For,
  loops: readonly For[],
  { most, note }: Limits,
): readonly Stmt[] | undefined {
  const part = sliceOf(node, loop, loops);
  if (!part) return undefined;
  const smaller = arrayOfSlice(node, part);
  const isWhole = cellsOf(smaller) === cellsOf(node);
  if (isWhole || bytesIn(block(body)) + sizeOf(smaller) > most) return undefined;
  note?.(narrowed(node, smaller, loop));
  const own = (index: readonly Index[]): readonly Index[] => indexInSlice(index, part, smaller);
  return [declare(smaller), ...statementsOf(throughPart(block(body), node, smaller, own))];
}

/** Tries the only loop of a body that uses the array. */
function inLoopIn(
  node: TensorNode,
  body: readonly Stmt[],
  around: readonly For[],
  limits: Limits,
): readonly Stmt[] | undefined {
  const [at = -1, ...others] = usersIn(body).get(node) ?? [];
  const user = body[at];
  const inner =
    others.length === 0 && user?.kind === 'for' && contracted(node, user, around, limits);
  return inner ? body.with(at, inner) : undefined;
}

function narrowed(node: TensorNode, becomes: TensorNode, loop: For): ArrayDecision {
  const part = becomes.dims.length === 0 ? 'one cell' : `a row of [${becomes.dims.join(', ')}]`;
  const because = `each turn of ${loop.loop} < ${loop.extent} uses ${part} of its own`;
  return { about: 'array', node, fate: 'narrowed', because, becomes };
}

/** For each array, the positions of the statements of a block that use it. */
function usersIn(body: readonly Stmt[]): ReadonlyMap<TensorNode, readonly number[]> {
  const users = new Map<TensorNode, number[]>();
  body.forEach((s, at) => {
    for (const node of new Set(sitesUnder(s).map(site => site.node))) {
      users.set(node, [...(users.get(node) ?? []), at]);
    }
  });
  return users;
}

/** The bytes of the arrays declared in a statement. */
function bytesIn(s: Stmt): number {
  let bytes = 0;
  visitStmts(s, part => {
    if (part.kind === 'declare') bytes += sizeOf(part.node);
  });
  return bytes;
}

function throughPart(
  body: Stmt,
  node: TensorNode,
  part: TensorNode,
  own: (index: readonly Index[]) => readonly Index[],
): Stmt {
  const reads = rewriteStmts(body, s =>
    s.kind === 'write' || s.kind === 'accumulate' || s.kind === 'scatter'
      ? mapParts(s, {
          expr: value =>
            rewriteExpr(value, e =>
              e.kind === 'read' && e.node === node
                ? read(part, own(e.index), e.origins)
                : undefined,
            ),
          stmt: t => t,
        })
      : undefined,
  );
  return rewriteStmts(reads, s => {
    if (s.kind === 'write' && s.node === node) return write(part, own(s.index), s.value, s.origins);
    if (s.kind !== 'accumulate' || s.node !== node) return undefined;
    return accumulate(s.op, part, own(s.index), s.value, s.origins);
  });
}
