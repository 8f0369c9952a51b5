import { fma64 } from '../fma.ts';
import { binds, type OpInfo } from './info.ts';

export const arithmetic = {
  add: {
    arity: 2,
    apply: (a, b) => a + b,
    sign: '+',
    precedence: binds.sum,
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
    precedence: binds.sum,
    identity: 0,
    neutral: 0,
    result: 'same',
    cost: 1,
  },
  mul: {
    arity: 2,
    apply: (a, b) => a * b,
    sign: '*',
    precedence: binds.product,
    identity: 1,
    neutral: 1,
    commutes: true,
    result: 'same',
    cost: 1,
  },
  /**
   * A product in which a factor 0 wins, also over infinities and NaN: a gradient that is 0 stays 0
   * where the slope is infinite.
   */
  mul_no_nan: {
    arity: 2,
    apply: (a, b) => (Number.isNaN(a * b) && (a === 0 || b === 0) ? 0 : a * b),
    identity: 1,
    commutes: true,
    result: 'same',
    cost: 2,
  },
  div: {
    arity: 2,
    apply: (a, b) => a / b,
    sign: '/',
    precedence: binds.product,
    identity: 1,
    neutral: 1,
    result: 'same',
    cost: 6,
  },
  /** The remainder with the sign of the divisor, as in Python; of an integer by 0 it is 0. */
  mod: {
    arity: 2,
    apply: (a, b) => modulo(a, b),
    sign: '%',
    precedence: binds.product,
    result: 'same',
    cost: 20,
  },
  pow: {
    arity: 2,
    apply: (a, b) => power(a, b),
    sign: '**',
    precedence: binds.power,
    identity: 1,
    neutral: 1,
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
  neg: { arity: 1, apply: a => -a, result: 'same', cost: 1 },
  abs: { arity: 1, apply: a => Math.abs(a), result: 'same', cost: 1 },
  /** 1 or -1; zeros and NaN stay what they are. */
  sign: { arity: 1, apply: a => Math.sign(a), result: 'same', cost: 1 },
  sqrt: { arity: 1, apply: a => Math.sqrt(a), result: 'same', cost: 8 },
  /** `a * b + c` rounded once. */
  fma: { arity: 3, apply: (a, b, c) => fma64(a, b, c), result: 'same', cost: 1 },
  /** Its operand, through which no derivative passes; lowering drops it. */
  stop_gradient: { arity: 1, apply: a => a, result: 'same', cost: 1 },
} as const satisfies Record<string, OpInfo>;

/** C's `pow`: unlike JavaScript's, 1 to any power is 1, and so is -1 to an infinite one. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
}

/** JavaScript's remainder is exact and has the sign of the dividend. A zero has the divisor's sign. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}
