import { fma32 } from './fma.ts';
import { evaluateFunction } from './functions/evaluate.ts';
import { functions } from './functions/index.ts';
import type { ScalarFunction } from './functions/language.ts';
import { type DType, extremesOf, kindOf, roundingTo, type Value } from './dtype.ts';
import { type WideApply, wideArithmetic, type WideInteger } from './integer.ts';
import { arithmetic } from './ops/arithmetic.ts';
import { bits } from './ops/bits.ts';
import { exponential } from './ops/exponential.ts';
import type { OpInfo } from './ops/info.ts';
import { logic } from './ops/logic.ts';
import { random, wideRandom } from './ops/random.ts';
import { steps } from './ops/steps.ts';
import { trigonometric } from './ops/trigonometric.ts';

/**
 * What the compiler knows about each scalar operation. One row per op: adding an op means adding a
 * row to one of the tables in `ops/` and letting the type checker walk you to every table that lacks
 * one (the derivatives, the dialects).
 */
export const ops = {
  ...arithmetic,
  ...logic,
  ...steps,
  ...exponential,
  ...trigonometric,
  ...bits,
  ...random,
} as const satisfies Record<string, OpInfo>;

export type Op = keyof typeof ops;

/** The row of an op with every column readable, present or not. */
export function infoOf(op: Op): OpInfo {
  return ops[op];
}

/** The ops an accumulation may use. */
export type AccumulateOp = {
  [P in Op]: (typeof ops)[P] extends { neutral: number } ? P : never;
}[Op];

export function neutralOf(op: AccumulateOp, dtype: DType = 'f64'): Value {
  const [lowest, highest] = extremesOf(dtype);
  if (op === 'max') return lowest;
  return op === 'min' ? highest : ops[op].neutral;
}

/** Computes `op` with the bits of a device. `dtype` is that of the result; for comparisons, that of the operands. */
export function evaluate(
  op: Op,
  dtype: Exclude<DType, WideInteger>,
  a: Value,
  b?: Value,
  c?: Value,
): number;
export function evaluate(op: Op, dtype: DType, a: Value, b?: Value, c?: Value): Value;
export function evaluate(op: Op, dtype: DType, a: Value, b?: Value, c?: Value): Value {
  return evaluatorOf(op, dtype)(a, b, c);
}

export type Evaluator = (a: Value, b?: Value, c?: Value) => Value;

/** `evaluate` for many values: what depends on the op and the dtype alone is asked once. */
export function evaluatorOf(op: Op, dtype: DType): Evaluator {
  const ofDType = (evaluators[dtype] ??= {});
  return (ofDType[op] ??= newEvaluator(op, dtype));
}

const evaluators: Partial<Record<DType, Partial<Record<Op, Evaluator>>>> = {};

function newEvaluator(op: Op, dtype: DType): Evaluator {
  const round = roundingTo(dtype);
  if (op === 'where') {
    return (a, b = NaN, c = NaN) => round(Number(a) !== 0 ? b : c);
  }
  const through = computedThrough(op, dtype);
  if (through) {
    const within = evaluatorOf(op, through);
    const rounded = roundingTo(through);
    return (a, b = NaN, c = NaN) => round(within(rounded(a), rounded(b), rounded(c)));
  }
  const [exact, ofNumbers] = [wide[op], evaluatorOfNumbers(op, dtype)];
  return (a, b = NaN, c = NaN) =>
    exact && typeof a === 'bigint'
      ? round(exact(a, bigintOf(b), bigintOf(c)))
      : ofNumbers(Number(a), Number(b), Number(c));
}

function evaluatorOfNumbers(op: Op, dtype: DType): (x: number, y: number, z: number) => Value {
  const { apply }: OpInfo = ops[op];
  const round = roundingTo(dtype);
  if (dtype === 'f32') {
    const own = ofF32[op];
    if (own) return (x, y, z) => evaluateFunction(own, [x, y, z]);
    return op === 'fma' ? fma32 : (x, y, z) => Math.fround(apply(x, y, z));
  }
  if (kindOf(dtype) === 'integer') {
    // A product of two integers may need more bits than a double has.
    if (op === 'mul' || op === 'mul_no_nan') return (x, y) => round(Math.imul(x, y));
    if (op === 'fma') return (x, y, z) => round(Math.imul(x, y) + z);
  }
  return (x, y, z) => round(apply(x, y, z));
}

/** Another dtype that operands are converted to first, and the result from. */
function computedThrough(op: Op, dtype: DType): DType | undefined {
  const { operands, ofBits = false } = infoOf(op);
  if (operands) return dtype === operands ? undefined : operands;
  return ofBits && kindOf(dtype) === 'float' ? 'i32' : undefined;
}

/** Ops that have a definition of their own on f32, with the bits that a device computes. */
const ofF32: Partial<Record<Op, ScalarFunction>> = functions;

/** Ops on i64 and u64; the others go by way of doubles. */
const wide: Partial<Record<Op, WideApply>> = { ...wideArithmetic, ...wideRandom };

/** A missing operand is NaN and is ignored. */
function bigintOf(value: Value): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

/** The words for results of accumulations, used to name the scalars and arrays that hold them: `y_sum`. */
export const resultWords: Readonly<Record<AccumulateOp, string>> = {
  add: 'sum',
  sub: 'sum',
  mul: 'product',
  div: 'product',
  pow: 'power',
  max: 'max',
  min: 'min',
  and: 'all',
  or: 'any',
  relu_gate: 'gate',
  sat01_gate: 'gate',
};
