/** Emits statements as C. */
import {
  type Accumulate,
  cellsOf,
  type Declare,
  sizeOf,
  type Stmt,
  unreachable,
  type Writer,
} from '../../compiler/index.ts';
import { sameIndex, sumOf } from '../../compiler/core/index-expr.ts';
import {
  type Fill,
  type For,
  type Scatter,
  statementsOf,
  type When,
} from '../../compiler/loop/ir.ts';
import { precedence } from './dialect.ts';
import { type ExprEmitter, largestInt } from './expr.ts';
import { startsOf } from './starts.ts';
import { transposition } from './transpose.ts';
import { vectorStore } from './vector.ts';

/** The call that replaces a loop, or `true` if its replacement has been emitted; undefined if the loop stays. */
export type Outline = (loop: For) => string | true | undefined;

/** `outline` is asked about all loops except those inside a loop that a call replaces. */
export function emitStmt(
  s: Stmt,
  w: Writer,
  exprs: ExprEmitter,
  outline: Outline = () => undefined,
): void {
  switch (s.kind) {
    case 'block':
      emitBlock(s.body, w, exprs, outline);
      return;
    case 'comment':
      w.line(`/* ${commentText(s.text)} */`);
      return;
    case 'for': {
      const call = outline(s) ?? transposition(s, exprs);
      if (call === true) return;
      if (call !== undefined) w.statement(call);
      else if (s.mode === 'vector') emitVectorLoop(s, w, exprs);
      else emitLoop(s, w, exprs, outline);
      return;
    }
    case 'when':
      w.block(`if (${conditionOf(s, exprs)})`, () => emitStmt(s.body, w, exprs));
      return;
    case 'declare':
      w.line(`${declaration(s, exprs)};`);
      return;
    case 'prefetch':
      w.statement(exprs.dialect.prefetch(exprs.cell(s.node, s.index), s.purpose));
      return;
    case 'fill':
      emitFill(s, w, exprs);
      return;
    case 'write':
      emitStore(`${exprs.cell(s.node, s.index)} = ${exprs.expr(s.value)};`, w, exprs);
      return;
    case 'accumulate':
      emitStore(`${emitUpdate(s, exprs.cell(s.node, s.index), exprs)};`, w, exprs);
      return;
    case 'scatter': {
      const { cell, guards } = exprs.guarded(s.node, s.index);
      const isInside = guards.map(at => `${at} >= 0`).join(' && ');
      emitStore(`if (${isInside}) ${emitUpdate(s, cell, exprs)};`, w, exprs);
      return;
    }
    default:
      unreachable(s);
  }
}

function emitLoop(s: For, w: Writer, exprs: ExprEmitter, outline?: Outline): void {
  const { dialect, rolled } = exprs;
  exprs.reachedFrom(dialect.hasStarts ? startsOf(s) : [], declarations => {
    declarations.forEach(line => w.statement(line));
    if (rolled.has(s)) w.line(dialect.unroll(1));
    else if (s.mode === 'unrolled') w.line(dialect.unroll(s.extent));
    emitTurns(s, { first: 0, last: s.extent }, w, exprs, outline);
  });
}

/** Turns first, …, last - 1 of a loop. */
export function emitTurns(
  s: For,
  { first, last }: { readonly first: number | string; readonly last: number | string },
  w: Writer,
  exprs: ExprEmitter,
  outline?: Outline,
): void {
  const type = countType(s.extent, exprs);
  exprs.identifiers.within(s.loop, i => {
    w.block(`for (${type} ${i} = ${first}; ${i} < ${last}; ++${i})`, () =>
      emitStmt(s.body, w, exprs, outline),
    );
  });
}

/** One vector statement for each store, or a loop over the lanes if that is not possible. */
function emitVectorLoop(s: For, w: Writer, exprs: ExprEmitter): void {
  const stores = statementsOf(s.body).map(leaf =>
    leaf.kind === 'write' || leaf.kind === 'accumulate'
      ? vectorStore(leaf, s.loop, s.extent, exprs)
      : undefined,
  );
  const texts = stores.filter(text => text !== undefined);
  if (texts.length === stores.length) texts.forEach(text => w.statement(text));
  else emitLoop(s, w, exprs);
}

/** A statement, preceded by its computed subscripts. */
function emitStore(text: string, w: Writer, exprs: ExprEmitter): void {
  exprs.takePositions().forEach(line => w.statement(line));
  w.statement(text);
}

/** A declaration followed by the first store of the same thing becomes one line. */
function emitBlock(body: readonly Stmt[], w: Writer, exprs: ExprEmitter, outline: Outline): void {
  for (let i = 0; i < body.length; i++) {
    const [s, next] = [body[i], body[i + 1]];
    if (!s) continue;
    const initial = s.kind === 'declare' && next ? initialValue(s, next, exprs) : undefined;
    if (s.kind === 'declare' && initial !== undefined) {
      emitStore(`${declaration(s, exprs)} = ${initial};`, w, exprs);
      i += 1;
    } else if (s.kind === 'when' && next?.kind === 'when' && isOtherwise(next, s)) {
      w.line(`if (${conditionOf(s, exprs)}) {`).indented(() => emitStmt(s.body, w, exprs));
      w.block('} else', () => emitStmt(next.body, w, exprs));
      i += 1;
    } else {
      emitStmt(s, w, exprs, outline);
    }
  }
}

function conditionOf({ index, below }: When, exprs: ExprEmitter): string {
  return `${exprs.index(index, precedence.less + 1)} < ${below}`;
}

/** Whether one condition holds exactly where the other does not: `-i < 1 - n` and `i < n`. */
function isOtherwise(next: When, { index, below }: When): boolean {
  return next.below === 1 - below && sameIndex(next.index, sumOf([[-1, index]]));
}

function initialValue({ node }: Declare, next: Stmt, exprs: ExprEmitter): string | undefined {
  if (next.kind === 'write' && next.node === node && node.dims.length === 0) {
    return exprs.expr(next.value);
  }
  if (next.kind !== 'fill' || next.node !== node) return undefined;
  if (node.dims.length === 0) return exprs.dialect.literal(node.dtype, next.value);
  return Object.is(next.value, 0) ? '{0}' : undefined;
}

function declaration({ node }: Declare, { dialect, identifiers }: ExprEmitter): string {
  const scalar = `${dialect.typeName[node.dtype]} ${identifiers.ofNode(node)}`;
  if (node.dims.length === 0) return scalar;
  return dialect.localArray(`${scalar}[${Math.max(1, cellsOf(node))}]`, sizeOf(node));
}

function emitFill({ node, value }: Fill, w: Writer, exprs: ExprEmitter): void {
  const text = exprs.dialect.literal(node.dtype, value);
  if (node.dims.length === 0) {
    w.line(`${exprs.cell(node, [])} = ${text};`);
    return;
  }
  const name = exprs.identifiers.ofNode(node);
  const [cells, type] = [cellsOf(node), countType(cellsOf(node), exprs)];
  w.line(`for (${type} k = 0; k < ${cells}; ++k) ${name}[k] = ${text};`);
}

/** The type of a counter with this range. */
export function countType(extent: number, { dialect }: ExprEmitter): string {
  return extent > largestInt ? dialect.wideInteger : dialect.counter;
}

function emitUpdate(
  { op, node, value }: Accumulate | Scatter,
  cell: string,
  exprs: ExprEmitter,
): string {
  const text = exprs.dialect.op[op](node.dtype);
  if (text.kind === 'infix' && /^[-+*/]$/.test(text.sign)) {
    return `${cell} ${text.sign}= ${exprs.expr(value)}`;
  }
  const parts = [() => cell, (level: number) => exprs.expr(value, level)];
  return `${cell} = ${exprs.apply(op, node.dtype, parts)}`;
}

/** Prevents a comment from ending early, at a `*` and `/` joined by a trigraph or a line continuation. */
function commentText(text: string): string {
  return text.replaceAll(/\*(?=[/\\?])/g, '* ');
}
