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
import { withBody } from './pipeline.ts';

/** Each turn declares its part for itself. */
export function contractArrays(program: Program): Program {
  const contract = (s: Stmt): Stmt => {
    const outer = s.kind === 'block' ? contractIn(s.body) : s;
    return mapParts(outer, { expr: e => e, stmt: contract });
  };
  return withBody(program, contract(program.body));
}

/** A turn has its arrays on the stack of a thread, beside those of the loops around. */
const mostBytes = 64 * 1024;

function contractIn(body: readonly Stmt[]): Stmt {
  return block(
    body.reduce<readonly Stmt[]>((statements, s) => {
      const loop = s.kind === 'declare' ? onlyUserOf(s.node, statements) : undefined;
      if (s.kind !== 'declare' || !loop) return statements;
      const smaller = partOf(s.node);
      if (bytesIn(loop.body) + bytesOfNode(smaller) > mostBytes) return statements;
      const inTurn = [declare(smaller), ...statementsOf(throughPart(loop.body, s.node, smaller))];
      const contracted = forLoop(loop.loop, loop.extent, block(inTurn), loop.mode);
      return statements.flatMap(t => (t === s ? [] : t === loop ? [contracted] : [t]));
    }, body),
  );
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

/** The loop that alone uses the array, each turn at its own place along the first axis. */
function onlyUserOf(node: TensorNode, statements: readonly Stmt[]): For | undefined {
  const users = statements.filter(s => sitesUnder(s).some(site => site.node === node));
  const [user] = users;
  if (users.length !== 1 || user?.kind !== 'for' || user.mode !== 'serial') return undefined;
  const sites = sitesUnder(user.body).filter(site => site.node === node);
  return sites.every(site => isOwn(site, user)) ? user : undefined;
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
