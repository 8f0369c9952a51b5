/**
 * Reads what `print.ts` writes, so that a pass test can be text in, text out, and a bug report a
 * paste. Origins are not part of the text and come back empty.
 */
import { type LoopVar, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import type { AccumulateOp } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  accumulate,
  block,
  comment,
  declare,
  fill,
  forLoop,
  isAffine,
  loopModes,
  prefetch,
  type Program,
  type Scratch,
  scatter,
  type Stmt,
  type SymbolParam,
  when,
  write,
} from './ir.ts';
import {
  nodeNamed,
  parseDType,
  parseExpr,
  parseIndex,
  parseSubscript,
  type Scope,
  valueIn,
} from './parse-expr.ts';
import { append } from './arena.ts';
import { pipelinedLoop } from './pipelined.ts';
import { accumulateSigns } from './print.ts';
import { TokenReader } from './tokens.ts';

export function parseProgram(text: string): Program {
  const tokens = new TokenReader(text);
  const scope: Scope = { nodes: new Map(), loops: new Map(), names: new Names() };
  const name = tokens.take('name');
  tokens.expect('(');
  const symbols = tokens.list(')', () => parseSymbol(tokens, scope));
  tokens.expect(':');
  const params = tokens.accept('device') ? tokens.list(';', () => parseNode(tokens, scope)) : [];
  const scratch = tokens.accept('scratch') ? parseScratch(tokens, scope) : [];
  const body: Stmt[] = [];
  while (tokens.peek().kind !== 'end') body.push(parseStmt(tokens, scope));
  return { name, symbols, params, scratch, body: block(body) };
}

/** `step` or `batch : [0..79]`, whose end is inclusive. */
function parseSymbol(tokens: TokenReader, scope: Scope): SymbolParam {
  const loop = bindLoop(tokens, scope);
  if (!tokens.accept(':')) return { loop, range: undefined };
  tokens.expect('[');
  tokens.expect('0');
  tokens.expect('..');
  const range = tokens.takeNumber() + 1;
  tokens.expect(']');
  return { loop, range };
}

/** The text may call loops beside each other alike; in the program each has its own name. */
function bindLoop(tokens: TokenReader, scope: Scope): LoopVar {
  const name = tokens.take('name');
  const loop = loopVar(scope.names.fresh(name));
  scope.loops.set(name, loop);
  return loop;
}

function parseNode(tokens: TokenReader, scope: Scope): TensorNode {
  const name = tokens.take('name');
  tokens.expect(':');
  const dtype = parseDType(tokens);
  const dims = tokens.accept('[') ? tokens.list(']', () => tokens.takeNumber()) : [];
  const node = tensorNode(scope.names.fresh(name), dtype, dims);
  scope.nodes.set(name, node);
  return node;
}

/** An array without an offset follows those before it. */
function parseScratch(tokens: TokenReader, scope: Scope): readonly Scratch[] {
  if (tokens.peek().kind === 'number') skipSizes(tokens);
  let scratch: readonly Scratch[] = [];
  tokens.list(';', () => {
    const node = parseNode(tokens, scope);
    scratch = tokens.accept('in')
      ? [...scratch, { node, offset: parseOffset(tokens) }]
      : append(scratch, [node]);
  });
  return scratch;
}

/** `1 MiB, 1.5 MiB without sharing:`, which follows from the places. */
function skipSizes(tokens: TokenReader): void {
  tokens.takeNumber();
  tokens.take('name');
  if (tokens.accept(',')) {
    tokens.takeNumber();
    tokens.take('name');
    tokens.expect('without');
    tokens.expect('sharing');
  }
  tokens.expect(':');
}

/** `64..127` */
function parseOffset(tokens: TokenReader): number {
  const offset = tokens.takeNumber();
  tokens.expect('..');
  tokens.takeNumber();
  return offset;
}

function parseStmt(tokens: TokenReader, scope: Scope): Stmt {
  if (tokens.peek().kind === 'comment') return comment(tokens.take('comment').slice(3, -3));
  if (tokens.accept('for')) return parseFor(tokens, scope);
  if (tokens.accept('when')) return parseWhen(tokens, scope);
  const s = parseSimple(tokens, scope);
  tokens.expect(';');
  return s;
}

function parseFor(tokens: TokenReader, scope: Scope): Stmt {
  const loop = bindLoop(tokens, scope);
  tokens.expect('<');
  const extent = tokens.takeNumber();
  const mode = loopModes.find(word => tokens.accept(word));
  const isDeep = mode === 'pipelined' && tokens.peek().kind === 'number';
  const stages = isDeep ? tokens.takeNumber() : undefined;
  tokens.expect('{');
  const body: Stmt[] = [];
  while (!tokens.accept('}')) body.push(parseStmt(tokens, scope));
  return stages === undefined
    ? forLoop(loop, extent, block(body), mode)
    : pipelinedLoop(loop, extent, block(body), stages);
}

/** `when 16*b + t < 100 { … }` */
function parseWhen(tokens: TokenReader, scope: Scope): Stmt {
  const index = parseIndex(tokens, scope);
  tokens.expect('<');
  const below = tokens.takeNumber();
  tokens.expect('{');
  const body: Stmt[] = [];
  while (!tokens.accept('}')) body.push(parseStmt(tokens, scope));
  return when(index, below, block(body));
}

function parseSimple(tokens: TokenReader, scope: Scope): Stmt {
  if (tokens.accept('local')) return parseLocal(tokens, scope);
  if (tokens.accept('prefetch')) return parsePrefetch(tokens, scope);
  const fills = tokens.is('zero_out') || tokens.is('fill');
  const word = tokens.take('name');
  const node = nodeNamed(fills ? tokens.take('name') : word, tokens, scope);
  if (word === 'zero_out') return fill(node, 0);
  if (fills) {
    tokens.expect(',');
    return fill(node, valueIn(node.dtype, tokens.take('number')));
  }
  return parseAssignment(node, tokens, scope);
}

/** `local relu: f32[10, 16]`, or a scalar with its first value: `local sum: f32 := 0`. */
function parseLocal(tokens: TokenReader, scope: Scope): Stmt {
  const node = parseNode(tokens, scope);
  if (!tokens.accept(':=')) return declare(node);
  return block([declare(node), write(node, [], parseExpr(tokens, scope, node.dtype))]);
}

/** `prefetch x[b + 1, i]`, or `prefetch y[b + 1, i] to store` */
function parsePrefetch(tokens: TokenReader, scope: Scope): Stmt {
  const node = nodeNamed(tokens.take('name'), tokens, scope);
  const index = parseSubscript(tokens, scope);
  if (!isAffine(index)) return tokens.fail('plain subscripts');
  const isStored = tokens.accept('to');
  if (isStored) tokens.expect('store');
  return prefetch(isStored ? 'store' : 'read', node, index);
}

function parseAssignment(node: TensorNode, tokens: TokenReader, scope: Scope): Stmt {
  const index = parseSubscript(tokens, scope);
  const sign = tokens.take('sign');
  const op = Object.entries(accumulateSigns).find(([, text]) => text === sign)?.[0];
  if (op === undefined && sign !== ':=') tokens.fail(`an assignment instead of ${sign}`);
  const value = parseExpr(tokens, scope, node.dtype);
  if (!isAffine(index)) {
    if (op === undefined) return tokens.fail('an accumulation, where a subscript is computed,');
    return scatter(op as AccumulateOp, node, index, value);
  }
  return op === undefined
    ? write(node, index, value)
    : accumulate(op as AccumulateOp, node, index, value);
}
