/** Arrays of which every turn of a loop uses a part of its own, and which nothing else sees. */
import { bytesOf } from '../core/dtype.ts';
import { asLoop, type Index } from '../core/index-expr.ts';
import { cellsOf, type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
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
import type { ArrayDecision, Note } from './decision.ts';
import { withBody } from './pipeline.ts';

/** Each turn declares its part for itself. */
export function contractArrays(program: Program, note?: Note): Program {
  const contract = (s: Stmt): Stmt => {
    const outer = s.kind === 'block' ? contractIn(s.body, note) : s;
    return mapParts(outer, { expr: e => e, stmt: contract });
  };
  return withBody(program, contract(program.body));
}

/** A turn has its arrays on the stack of a thread, beside those of the loops around. */
const mostBytes = 64 * 1024;

function contractIn(body: readonly Stmt[], note: Note | undefined): Stmt {
  const users = usersIn(body);
  const statements: (Stmt | undefined)[] = [...body];
  body.forEach((s, own) => {
    if (s.kind !== 'declare') return;
    const [at = -1, ...others] = users.get(s.node) ?? [];
    const loop = statements[at];
    if (others.length > 0 || loop?.kind !== 'for' || !isPerTurn(s.node, loop)) return;
    const smaller = partOf(s.node);
    if (bytesIn(loop.body) + bytesOfNode(smaller) > mostBytes) return;
    note?.(narrowed(s.node, smaller, loop));
    const inTurn = [declare(smaller), ...statementsOf(throughPart(loop.body, s.node, smaller))];
    statements[at] = forLoop(loop.loop, loop.extent, block(inTurn), loop.mode);
    statements[own] = undefined;
  });
  return block(statements.filter(s => s !== undefined));
}

function narrowed(node: TensorNode, becomes: TensorNode, loop: For): ArrayDecision {
  const part = becomes.dims.length === 0 ? 'one cell' : `a row of [${becomes.dims.join(', ')}]`;
  const because = `each turn of ${loop.loop} < ${loop.extent} uses ${part} of its own`;
  return { about: 'array', node, fate: 'narrowed', because, becomes };
}

/** Which statements of a block use an array, by their places. */
function usersIn(body: readonly Stmt[]): ReadonlyMap<TensorNode, readonly number[]> {
  const users = new Map<TensorNode, number[]>();
  body.forEach((s, at) => {
    for (const node of new Set(sitesUnder(s).map(site => site.node))) {
      users.set(node, [...(users.get(node) ?? []), at]);
    }
  });
  return users;
}

/** Of the arrays declared in a statement. */
function bytesIn(s: Stmt): number {
  let bytes = 0;
  visitStmts(s, part => {
    if (part.kind === 'declare') bytes += bytesOfNode(part.node);
  });
  return bytes;
}

function bytesOfNode(node: TensorNode): number {
  return cellsOf(node) * bytesOf[node.dtype];
}

/** Whether each turn uses the array at its own place along the first axis. */
function isPerTurn(node: TensorNode, loop: For): boolean {
  if (loop.mode !== 'serial') return false;
  return sitesUnder(loop.body).every(site => site.node !== node || isOwn(site, loop));
}

function isOwn({ kind, index }: Site, { loop }: For): boolean {
  const [first] = index ?? [];
  return kind !== 'fill' && kind !== 'scatter' && first !== undefined && asLoop(first) === loop;
}

/** Without its first axis; a scalar where the others have one cell. */
function partOf(node: TensorNode): TensorNode {
  const rest = node.dims.slice(1);
  const dims = rest.every(dim => dim === 1) ? [] : rest;
  return tensorNode(node.name, node.dtype, dims);
}

function throughPart(body: Stmt, node: TensorNode, part: TensorNode): Stmt {
  const own = (index: readonly Index[]): readonly Index[] =>
    part.dims.length === 0 ? [] : index.slice(1);
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
