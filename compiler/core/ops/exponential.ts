import { erf } from './erf.ts';
import { erfInv } from './erf-inv.ts';
import type { OpInfo } from './info.ts';

/** Exponentials, logarithms, and what is made of them. */
export const exponential = {
  exp: { arity: 1, apply: a => Math.exp(a), result: 'same', cost: 20 },
  exp2: { arity: 1, apply: a => 2 ** a, result: 'same', cost: 20 },
  /** `exp(a) - 1`, exact near 0. */
  expm1: { arity: 1, apply: a => Math.expm1(a), result: 'same', cost: 25 },
  log: { arity: 1, apply: a => Math.log(a), result: 'same', cost: 20 },
  log2: { arity: 1, apply: a => Math.log2(a), result: 'same', cost: 20 },
  /** `log(1 + a)`, exact near 0. */
  log1p: { arity: 1, apply: a => Math.log1p(a), result: 'same', cost: 25 },
  /** `1 / (1 + exp(-a))` */
  sigmoid: { arity: 1, apply: a => sigmoid(a), result: 'same', cost: 30 },
  /** `log(1 + exp(a))` */
  softplus: { arity: 1, apply: a => softplus(a), result: 'same', cost: 50 },
  erf: { arity: 1, apply: a => erf(a), result: 'same', cost: 30 },
  /** The number whose `erf` is `a`: infinite at 1 and -1, NaN beyond. */
  erf_inv: { arity: 1, apply: a => erfInv(a), result: 'same', cost: 60 },
} as const satisfies Record<string, OpInfo>;

/** Of the two equivalent formulas, the one whose exponential cannot overflow. */
function sigmoid(a: number): number {
  const small = Math.exp(-Math.abs(a));
  return (a < 0 ? small : 1) / (1 + small);
}

function softplus(a: number): number {
  return Math.log1p(Math.exp(-Math.abs(a))) + (a > 0 ? a : 0);
}
