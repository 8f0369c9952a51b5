import { fma32 } from './fma.ts';
import { type DType, roundTo } from './dtype.ts';
import { arithmetic } from './ops/arithmetic.ts';
import { bits } from './ops/bits.ts';
import { exponential } from './ops/exponential.ts';
import type { OpInfo } from './ops/info.ts';
import { logic } from './ops/logic.ts';
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

export function neutralOf(op: AccumulateOp): number {
  return ops[op].neutral;
}

/** What the device computes for `op` on values of `dtype`. */
export function evaluate(op: Op, dtype: DType, a: number, b = NaN, c = NaN): number {
  if (op === 'fma' && dtype === 'f32') return fma32(a, b, c);
  // A product of two integers may need more bits than a double has.
  if (op === 'mul' && dtype === 'i32') return Math.imul(a, b);
  if (infoOf(op).ofBits && (dtype === 'f32' || dtype === 'f64')) {
    return roundTo(dtype, evaluate(op, 'i32', roundTo('i32', a), roundTo('i32', b)));
  }
  return roundTo(dtype, ops[op].apply(a, b, c));
}
