/** Parses expressions and subscripts of the printed loop IR. */
import { type DType, isDType, kindOf, type Value } from '../core/dtype.ts';
import {
  at,
  type Digit,
  digitOf,
  fixed,
  type Index,
  type LoopVar,
  sumOf,
} from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { infoOf, type Op, ops } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import {
  apply,
  cast,
  constant,
  type Expr,
  gather,
  indexValue,
  isAffine,
  read,
  type Subscript,
} from './ir.ts';
import type { TokenReader } from './tokens.ts';

/** The meanings of names while parsing. */
export interface Scope {
  readonly nodes: Map<string, TensorNode>;
  readonly loops: Map<string, LoopVar>;
  /** Every name of the program. */
  readonly names: Names;
}

/**
 * Constants are read before the dtype that their surroundings give them is known, so reading has
 * two steps: the text to a function, and that function applied to the expected dtype.
 */
interface Untyped {
  /** The dtype evident from the expression; undefined for bare constants. */
  readonly shown: DType | undefined;
  readonly typed: (expected: DType) => Expr;
}

export function parseExpr(tokens: TokenReader, scope: Scope, expected: DType): Expr {
  return parseInfix(tokens, scope, 0).typed(expected);
}

/** Precedence climbing over the ops that have a sign; all of them associate to the left. */
function parseInfix(tokens: TokenReader, scope: Scope, level: number): Untyped {
  let left = parseOperand(tokens, scope);
  for (;;) {
    const op = infixNamed(tokens.peek().text);
    const precedence = op ? (infoOf(op).precedence ?? 0) : -1;
    if (op === undefined || precedence < level) return left;
    tokens.take('sign');
    left = applied(op, [left, parseInfix(tokens, scope, precedence + 1)]);
  }
}

function parseOperand(tokens: TokenReader, scope: Scope): Untyped {
  if (tokens.accept('(')) {
    const inner = parseInfix(tokens, scope, 0);
    tokens.expect(')');
    return inner;
  }
  if (tokens.peek().kind === 'number') return parseConstant(tokens);
  const name = tokens.take('name');
  if (tokens.accept('(')) return parseCall(name, tokens, scope);
  const loop = scope.loops.get(name);
  if (loop !== undefined) return known(indexValue(at(loop)));
  const node = nodeNamed(name, tokens, scope);
  const index = parseSubscript(tokens, scope);
  return known(isAffine(index) ? read(node, index) : gather(node, index));
}

function parseConstant(tokens: TokenReader): Untyped {
  const text = tokens.take('number');
  const typed = (dtype: DType): Expr => constant(dtype, valueIn(dtype, text));
  if (!tokens.accept(':')) return { shown: undefined, typed };
  return known(typed(parseDType(tokens)));
}

/** The number a text gives a cell of `dtype`; integers may have more digits than a double. */
export function valueIn(dtype: DType, text: string): Value {
  const isLong = kindOf(dtype) === 'integer' && /^-?\d{16,}$/.test(text);
  return isLong ? BigInt(text) : Number(text);
}

export function parseDType(tokens: TokenReader): DType {
  const name = tokens.take('name');
  return isDType(name) ? name : tokens.fail(`a dtype instead of ${name}`);
}

/** `relu(x)`, `f32(step)`, `index(2*i + 1)`; the opening parenthesis has been read. */
function parseCall(name: string, tokens: TokenReader, scope: Scope): Untyped {
  if (name === 'index') {
    const index = parseIndex(tokens, scope);
    tokens.expect(')');
    return known(indexValue(index));
  }
  const args = tokens.list(')', () => parseInfix(tokens, scope, 0));
  if (isOp(name)) return applied(name, args);
  if (!isDType(name)) return tokens.fail(`an op or a dtype instead of ${name}`);
  const [value, ...others] = args;
  if (value === undefined || others.length > 0) return tokens.fail(`one operand of ${name}`);
  return known(cast(name, value.typed(value.shown ?? 'f32')));
}

function applied(op: Op, args: readonly Untyped[]): Untyped {
  const { result } = infoOf(op);
  const shown = (result === 'where' ? args.slice(1) : args).find(a => a.shown)?.shown;
  const type = (expected: DType): Expr => {
    const dtype = result === 'bool' ? (shown ?? 'f32') : expected;
    const typed = args.map((a, i) => a.typed(result === 'where' && i === 0 ? 'bool' : dtype));
    return apply(op, typed);
  };
  return { shown: result === 'bool' ? 'bool' : shown, typed: type };
}

function known(e: Expr): Untyped {
  return { shown: e.dtype, typed: () => e };
}

/** `[i, 2*j + 1, at(x[i])]`, or nothing for a scalar. */
export function parseSubscript(tokens: TokenReader, scope: Scope): readonly Subscript[] {
  if (!tokens.accept('[')) return [];
  return tokens.list(']', () => parseComputed(tokens, scope) ?? parseIndex(tokens, scope));
}

/** `at(…)`; a loop of that name is followed by no parenthesis. */
function parseComputed(tokens: TokenReader, scope: Scope): Expr | undefined {
  if (!tokens.accept('at', '(')) return undefined;
  const value = parseInfix(tokens, scope, 0);
  tokens.expect(')');
  return value.typed(value.shown ?? 'f32');
}

export function parseIndex(tokens: TokenReader, scope: Scope): Index {
  const parts: (readonly [number, Index])[] = [];
  do {
    const number = tokens.peek().kind === 'number' ? tokens.takeNumber() : undefined;
    const isTerm = number === undefined || tokens.accept('*');
    parts.push(isTerm ? [number ?? 1, parseFactor(tokens, scope)] : [1, fixed(number)]);
  } while (tokens.accept('+'));
  return sumOf(parts);
}

/** A loop or a digit: `i`, `(i / 2)`, `((3*i + j) / 2 % 4)`. */
function parseFactor(tokens: TokenReader, scope: Scope): Index {
  if (!tokens.accept('(')) return at(loopNamed(tokens, scope));
  const isSum = tokens.accept('(');
  const of = isSum ? parseIndex(tokens, scope) : at(loopNamed(tokens, scope));
  if (isSum) tokens.expect(')');
  const over = tokens.accept('/') ? tokens.takeNumber() : 1;
  const digit: Digit = { of, over, below: tokens.accept('%') ? tokens.takeNumber() : undefined };
  tokens.expect(')');
  return digitOf(digit);
}

export function nodeNamed(name: string, tokens: TokenReader, scope: Scope): TensorNode {
  return scope.nodes.get(name) ?? tokens.fail(`an array instead of ${name}`);
}

function loopNamed(tokens: TokenReader, scope: Scope): LoopVar {
  const name = tokens.take('name');
  return scope.loops.get(name) ?? tokens.fail(`a loop instead of ${name}`);
}

function infixNamed(sign: string): Op | undefined {
  return (Object.keys(ops) as Op[]).find(op => infoOf(op).sign === sign);
}

function isOp(name: string): name is Op {
  return Object.hasOwn(ops, name);
}
