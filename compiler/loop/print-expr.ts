/** Expressions and subscripts of the loop IR as text. */
import { type DType, shortest, type Value } from '../core/dtype.ts';
import { asLoop, type LoopVar, printIndex } from '../core/index-expr.ts';
import { infoOf } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { unreachable } from '../support/errors.ts';
import { type Apply, type Expr, isComputed, type Subscript } from './ir.ts';

/** How the text calls a loop. */
export type NameOf = (loop: LoopVar) => string;

const ownName: NameOf = loop => loop;

/** `expected` is the dtype that the surroundings already tell. */
export function printExpr(e: Expr, expected?: DType, nameOf: NameOf = ownName): string {
  return printWithin(e, expected, 0, nameOf);
}

export function printCell(
  node: TensorNode,
  index: readonly Subscript[],
  nameOf: NameOf = ownName,
): string {
  if (index.length === 0) return node.name;
  return `${node.name}[${index.map(ix => printSubscript(ix, nameOf)).join(', ')}]`;
}

function printSubscript(ix: Subscript, nameOf: NameOf): string {
  return isComputed(ix) ? `at(${printExpr(ix, undefined, nameOf)})` : printIndex(ix, nameOf);
}

export function printNumber(dtype: DType, value: Value): string {
  return shortest(dtype, value);
}

/** Parenthesised when `e` binds looser than `level`, so that parsing gives the same tree. */
function printWithin(e: Expr, expected: DType | undefined, level: number, nameOf: NameOf): string {
  switch (e.kind) {
    case 'const':
      return `${printNumber(e.dtype, e.value)}${e.dtype === expected ? '' : `:${e.dtype}`}`;
    case 'read':
    case 'gather':
      return printCell(e.node, e.index, nameOf);
    case 'index': {
      const loop = asLoop(e.index);
      return loop === undefined ? `index(${printIndex(e.index, nameOf)})` : nameOf(loop);
    }
    case 'cast':
      return `${e.dtype}(${printExpr(e.value, undefined, nameOf)})`;
    case 'apply':
      return printApply(e, expected, level, nameOf);
    default:
      return unreachable(e);
  }
}

function printApply(
  { op, args }: Apply,
  expected: DType | undefined,
  level: number,
  nameOf: NameOf,
): string {
  const { sign, precedence = 0, result } = infoOf(op);
  const inner = result === 'bool' ? shownBy(args) : (expected ?? shownBy(args.slice(-2)));
  const [left, right] = args;
  if (sign === undefined || left === undefined || right === undefined) {
    const texts = args.map((a, i) =>
      printExpr(a, result === 'where' && i === 0 ? 'bool' : inner, nameOf),
    );
    return `${op}(${texts.join(', ')})`;
  }
  const before = printWithin(left, inner, precedence, nameOf);
  const after = printWithin(right, inner, precedence + 1, nameOf);
  const text = `${before} ${sign} ${after}`;
  return precedence < level ? `(${text})` : text;
}

/** The dtype that some operand shows by itself; undefined when all are bare constants. */
function shownBy(args: readonly Expr[]): DType | undefined {
  return args.find(showsDType)?.dtype;
}

function showsDType(e: Expr): boolean {
  if (e.kind === 'const') return false;
  return e.kind !== 'apply' || infoOf(e.op).result === 'bool' || e.args.slice(-2).some(showsDType);
}
