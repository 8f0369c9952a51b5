/** Array contraction: shrinks a local array to the part that one turn of a loop uses, if no two turns share a cell. */
import type { Index } from '../core/index-expr.ts';
import { cellsOf, sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { declaredIn, usedIn } from '../loop/facts.ts';
import {
  accumulate,
  type Block,
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
import { mapParts, rewriteExpr, rewriteStmts } from '../loop/traverse.ts';
import { arrayOfSlice, indexInSlice, sliceOf } from '../schedule/private-slice.ts';
import type { ArrayDecision, Note } from './decision.ts';
import { withBody } from './pipeline.ts';

interface ContractOptions {
  readonly note?: Note | undefined;
  readonly most?: number | undefined;
  /** Nests without anything to contract, remembered from call to call. */
  readonly settled?: WeakSet<Stmt>;
}

/** Makes each iteration declare its own part of an array, of at most `most` bytes in all. */
export function contractArrays(
  program: Program,
  { note, most = mostBytes, settled = new WeakSet() }: ContractOptions = {},
): Program {
  const contract = (s: Stmt): Stmt => {
    if (settled.has(s)) return s;
    const outer = s.kind === 'block' ? contractedBlock(s, most, note) : s;
    const inner = mapParts(outer, { expr: e => e, stmt: contract });
    if (s.kind === 'for' && inner === s) settled.add(s);
    return inner;
  };
  return withBody(program, contract(program.body));
}

function contractedBlock(s: Block, most: number, note: Note | undefined): Stmt {
  const body = contractedParts(s.body, most, note);
  return body === s.body ? s : block(body);
}

/** The arrays of an iteration are on the stack of its thread, together with those of outer loops. */
const mostBytes = 64 * 1024;

/** Contracts the arrays declared among the statements of a block, as long as a turn has at most `most` bytes. */
export function contractIn(body: readonly Stmt[], most: number, note?: Note): Stmt {
  return block(contractedParts(body, most, note));
}

/** The same list where nothing is contracted. */
function contractedParts(body: readonly Stmt[], most: number, note?: Note): readonly Stmt[] {
  const statements: (Stmt | undefined)[] = [...body];
  const users = usersIn(body);
  let isSame = true;
  for (const [own, s] of body.entries()) {
    if (s.kind !== 'declare') continue;
    const [at = -1, ...others] = users.get(s.node) ?? [];
    const loop = statements[at];
    const inTurns =
      others.length === 0 && loop?.kind === 'for' && contracted(s.node, loop, [], { most, note });
    if (!inTurns) continue;
    statements[at] = inTurns;
    statements[own] = undefined;
    isSame = false;
  }
  return isSame ? body : statements.filter(s => s !== undefined);
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
    for (const node of usedIn(s)) {
      const known = users.get(node);
      if (known) known.push(at);
      else users.set(node, [at]);
    }
  });
  return users;
}

/** The bytes of the arrays declared in a statement. */
function bytesIn(s: Stmt): number {
  return [...declaredIn(s)].reduce((sum, node) => sum + sizeOf(node), 0);
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
