/**
 * Asynchronous copies to shared memory: each moves 4, 8 or 16 contiguous bytes, with both ends aligned
 * to that width.
 *
 *     einc_copy_async_16(&w_columns[132 * term + 4 * cell], &w[2048 * (16 * i + term) + 4 * cell]);
 */
import { bytesOf, type For, type Stmt, type Writer } from '../../compiler/index.ts';
import { fixed, type Index, substitute } from '../../compiler/core/index-expr.ts';
import { statementsOf, type Write } from '../../compiler/loop/ir.ts';
import { areMultiples, strideOf } from '../../compiler/loop/stride.ts';
import { precedence } from '../clike/dialect.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { emitStmt } from '../clike/stmt.ts';
import { callOf } from './intrinsics.ts';

/** What a thread copies; whether some of it arrives only when it is waited for. */
export function emitCopies(s: Stmt, w: Writer, exprs: ExprEmitter): boolean {
  if (s.kind === 'block') return s.body.map(part => emitCopies(part, w, exprs)).some(Boolean);
  if (s.kind === 'when') {
    let isAsync = false;
    const condition = `${exprs.index(s.index, precedence.less + 1)} < ${s.below}`;
    w.block(`if (${condition})`, () => {
      isAsync = emitCopies(s.body, w, exprs);
    });
    return isAsync;
  }
  if (s.kind === 'for' && s.mode === 'unrolled') return emitLanes(s, w, exprs);
  const call = s.kind === 'write' ? copyAtOnce(s, undefined, exprs) : undefined;
  if (call === undefined) emitStmt(s, w, exprs);
  else w.statement(call);
  return call !== undefined;
}

/** All at once, or one by one. */
function emitLanes(s: For, w: Writer, exprs: ExprEmitter): boolean {
  const [only] = statementsOf(s.body);
  const call = only?.kind === 'write' ? copyAtOnce(only, s, exprs) : undefined;
  if (call !== undefined) {
    w.statement(call);
    return true;
  }
  const zeros = only?.kind === 'write' ? zerosAtOnce(only, s, exprs) : undefined;
  if (zeros !== undefined) {
    w.statement(zeros);
    return false;
  }
  let isAsync = false;
  w.line(exprs.dialect.unroll(s.extent));
  exprs.identifiers.within(s.loop, i => {
    w.block(`for (int ${i} = 0; ${i} < ${s.extent}; ++${i})`, () => {
      isAsync = emitCopies(s.body, w, exprs);
    });
  });
  return isAsync;
}

/** Zeros for all iterations of a loop; compilers do not see that the cells are adjacent. */
function zerosAtOnce(
  { node, index, value }: Write,
  lanes: For,
  exprs: ExprEmitter,
): string | undefined {
  const isZero = value.kind === 'const' && Object.is(Number(value.value), 0);
  const isWhole =
    lanes.extent * bytesOf[node.dtype] === 16 && strideOf(node, index, lanes.loop) === 1;
  if (!exprs.isMoved(node) || !isZero || !isWhole) return;
  if (!areMultiples(node, index, [lanes.loop], lanes.extent)) return;
  const first = index.map(ix => substitute(ix, new Map([[lanes.loop, fixed(0)]])));
  return `*(uint4 *)&${exprs.cell(node, first)} = make_uint4(0, 0, 0, 0);`;
}

const widths = {
  4: 'einc_copy_async_4',
  8: 'einc_copy_async_8',
  16: 'einc_copy_async_16',
} as const;

/** The call that copies one cell, or a cell for each iteration of a loop; undefined if there is none. */
function copyAtOnce(s: Write, lanes: For | undefined, exprs: ExprEmitter): string | undefined {
  const { node, value } = s;
  if (value.kind !== 'read' || value.dtype !== node.dtype || !exprs.isGiven(value.node)) return;
  const cells = lanes?.extent ?? 1;
  const bytes = cells * bytesOf[node.dtype];
  if (bytes !== 4 && bytes !== 8 && bytes !== 16) return;
  const binding = new Map(lanes ? [[lanes.loop, fixed(0)]] : []);
  const ends = [s, value].map(end => {
    const isWhole =
      lanes === undefined ||
      (strideOf(end.node, end.index, lanes.loop) === 1 &&
        areMultiples(end.node, end.index, [lanes.loop], cells));
    const first = end.index.map((ix: Index) => substitute(ix, binding));
    return isWhole ? `&${exprs.cell(end.node, first)}` : undefined;
  });
  return ends.includes(undefined)
    ? undefined
    : `${exprs.need(callOf(widths[bytes]))}(${ends.join(', ')});`;
}
