/**
 * Recognises computed subscripts whose cells are divided among the turns of a loop:
 *
 *     for r < 64 { for b < 4096 { w[at(where(ids[b] - floor(ids[b] / 64) * 64 == r, ids[b], -1))] += v[b]; } }
 *
 * A cell's number alone decides its turn, so no two turns reach the same cell.
 */
import type { DType } from '../core/dtype.ts';
import { asLoop, type Index } from '../core/index-expr.ts';
import type { Op } from '../core/op.ts';
import type { Expr } from './ir.ts';
import { ValueNumbers } from './value-number.ts';

export interface Owner {
  /** The turn that a cell belongs to: a loop, of at most `mostTurns`. */
  readonly turn: Index;
  /** How that follows from the number of the cell, as text. */
  readonly rule: string;
}

/** The owner in `where(rule(cell) == turn, cell, -1)`. */
export function ownerOf(subscript: Expr): Owner | undefined {
  if (subscript.kind !== 'apply' || subscript.op !== 'where') return undefined;
  const [test, cell, otherwise] = subscript.args;
  const isOutside = otherwise?.kind === 'const' && Number(otherwise.value) < 0;
  return isOutside && test?.kind === 'apply' && test.op === 'eq' && cell
    ? ownerBy(test.args, cell)
    : undefined;
}

function ownerBy([rule, turn]: readonly Expr[], cell: Expr): Owner | undefined {
  const isWide = turn?.kind === 'cast' && wide.includes(turn.dtype);
  const index = isWide ? turn.value : turn;
  const text = rule && ruleOf(rule, cell);
  return text === undefined || index?.kind !== 'index' || asLoop(index.index) === undefined
    ? undefined
    : { turn: index.index, rule: text };
}

/** Dtypes in which different iterations below `mostTurns` stay different. */
const wide: readonly DType[] = ['i32', 'i64', 'f32', 'f64'];
export const mostTurns = 2 ** 24;

/** Ops allowed in a rule: they give the same for 0 and -0, which name one cell. */
const deciding: readonly Op[] = ['add', 'sub', 'mul', 'neg', 'fma', 'mod', 'floor'];

/** Undefined where it is about more than the number. */
function ruleOf(rule: Expr, cell: Expr): string | undefined {
  const numbers = new ValueNumbers();
  const own = numbers.of(cell);
  const textOf = (e: Expr): string | undefined => {
    if (numbers.of(e) === own) return `${cell.dtype} cell`;
    if (e.kind === 'const') return `${e.dtype} ${e.value}`;
    if (e.kind !== 'apply' || !deciding.includes(e.op)) return undefined;
    const args = e.args.map(textOf);
    return args.includes(undefined) ? undefined : `${e.op}(${args.join()})`;
  };
  return textOf(rule);
}
