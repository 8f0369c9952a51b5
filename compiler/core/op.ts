import { fma32, fma64 } from './fma.ts';
import { type DType, extremesOf, kindOf, roundTo, type Value } from './dtype.ts';
import { type WideApply, wideArithmetic, type WideInteger } from './integer.ts';

/**
 * What the compiler knows about each scalar operation. One row per op: adding an op means adding a
 * row here and letting the type checker walk you to every table that lacks one (the derivatives,
 * the dialects).
 */
export interface OpInfo {
  readonly arity: 1 | 2 | 3;
  /** Exact arithmetic on doubles; the caller rounds. */
  readonly apply: (a: number, b: number, c: number) => number;
  /** How dumps write it between its operands; ops without one print as a call. */
  readonly sign?: string;
  /** Binds tighter when higher; goes with `sign`. */
  readonly precedence?: number;
  /** `x op identity` is `x` for every x, -0 and NaN included. */
  readonly identity?: number;
  /** Where an accumulation with this op starts; ops without one do not accumulate. */
  readonly neutral?: number;
  /** Swapping the operands never changes a bit of the result. */
  readonly commutes?: boolean;
  /** `where` takes a bool first; comparisons give a bool; all else is of one dtype throughout. */
  readonly result: 'same' | 'bool' | 'where';
  /** Rough time next to one addition, for placement by cost. */
  readonly cost: number;
}

export const ops = {
  add: {
    arity: 2,
    apply: (a, b) => a + b,
    sign: '+',
    precedence: 3,
    identity: -0,
    neutral: 0,
    commutes: true,
    result: 'same',
    cost: 1,
  },
  sub: {
    arity: 2,
    apply: (a, b) => a - b,
    sign: '-',
    precedence: 3,
    identity: 0,
    neutral: 0,
    result: 'same',
    cost: 1,
  },
  mul: {
    arity: 2,
    apply: (a, b) => a * b,
    sign: '*',
    precedence: 4,
    identity: 1,
    neutral: 1,
    commutes: true,
    result: 'same',
    cost: 1,
  },
  div: {
    arity: 2,
    apply: (a, b) => a / b,
    sign: '/',
    precedence: 4,
    identity: 1,
    neutral: 1,
    result: 'same',
    cost: 6,
  },
  pow: {
    arity: 2,
    apply: (a, b) => power(a, b),
    sign: '**',
    precedence: 5,
    identity: 1,
    result: 'same',
    cost: 40,
  },
  // NaN wins in max and min, as in NumPy; C's fmax would drop it, so backends may not use that.
  max: {
    arity: 2,
    apply: (a, b) => (a > b || Number.isNaN(a) ? a : b),
    identity: -Infinity,
    neutral: -Infinity,
    result: 'same',
    cost: 1,
  },
  min: {
    arity: 2,
    apply: (a, b) => (a < b || Number.isNaN(a) ? a : b),
    identity: Infinity,
    neutral: Infinity,
    result: 'same',
    cost: 1,
  },
  lt: {
    arity: 2,
    apply: (a, b) => Number(a < b),
    sign: '<',
    precedence: 2,
    result: 'bool',
    cost: 1,
  },
  eq: {
    arity: 2,
    apply: (a, b) => Number(a === b),
    sign: '==',
    precedence: 1,
    commutes: true,
    result: 'bool',
    cost: 1,
  },
  ne: {
    arity: 2,
    apply: (a, b) => Number(a !== b),
    sign: '!=',
    precedence: 1,
    commutes: true,
    result: 'bool',
    cost: 1,
  },
  neg: { arity: 1, apply: a => -a, result: 'same', cost: 1 },
  abs: { arity: 1, apply: a => Math.abs(a), result: 'same', cost: 1 },
  // NaN stays NaN and -0 stays -0: the maximum with zero that keeps its argument when in doubt.
  relu: { arity: 1, apply: a => (a < 0 ? 0 : a), result: 'same', cost: 1 },
  sqrt: { arity: 1, apply: a => Math.sqrt(a), result: 'same', cost: 8 },
  exp: { arity: 1, apply: a => Math.exp(a), result: 'same', cost: 20 },
  log: { arity: 1, apply: a => Math.log(a), result: 'same', cost: 20 },
  tanh: { arity: 1, apply: a => Math.tanh(a), result: 'same', cost: 30 },
  sin: { arity: 1, apply: a => Math.sin(a), result: 'same', cost: 20 },
  cos: { arity: 1, apply: a => Math.cos(a), result: 'same', cost: 20 },
  /** Both arms are evaluated; only the chosen one is kept. */
  where: { arity: 3, apply: (c, a, b) => (c !== 0 ? a : b), result: 'where', cost: 1 },
  /** `a * b + c` rounded once. */
  fma: { arity: 3, apply: (a, b, c) => fma64(a, b, c), result: 'same', cost: 1 },
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

/** What the device computes for `op` on values of `dtype`, or to compare values, of another. */
export function evaluate(
  op: Op,
  dtype: Exclude<DType, WideInteger>,
  a: Value,
  b?: Value,
  c?: Value,
): number;
export function evaluate(op: Op, dtype: DType, a: Value, b?: Value, c?: Value): Value;
export function evaluate(op: Op, dtype: DType, a: Value, b: Value = NaN, c: Value = NaN): Value {
  if (op === 'where') return roundTo(dtype, Number(a) !== 0 ? b : c);
  const exact = typeof a === 'bigint' ? wide[op] : undefined;
  if (exact) return roundTo(dtype, exact(BigInt(a), bigintOf(b), bigintOf(c)));
  const [x, y, z] = [Number(a), Number(b), Number(c)];
  if (op === 'fma' && dtype === 'f32') return fma32(x, y, z);
  if (kindOf(dtype) === 'integer') {
    // A product of two integers may need more bits than a double has.
    if (op === 'mul') return roundTo(dtype, Math.imul(x, y));
    if (op === 'fma') return roundTo(dtype, Math.imul(x, y) + z);
  }
  return roundTo(dtype, ops[op].apply(x, y, z));
}

/** Ops on i64 and u64; the others go by way of doubles. */
const wide: Partial<Record<Op, WideApply>> = wideArithmetic;

/** An operand that is missing is NaN, and not looked at. */
function bigintOf(value: Value): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

/** C's `pow`: unlike JavaScript's, 1 to any power is 1, and so is -1 to an infinite one. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
}
