import type { OpInfo } from './info.ts';

/** Rounding, clamping and gates: what is made of flat and straight pieces. */
export const steps = {
  floor: { arity: 1, apply: a => Math.floor(a), result: 'same', cost: 2 },
  ceil: { arity: 1, apply: a => Math.ceil(a), result: 'same', cost: 2 },
  /** Towards zero. */
  trunc: { arity: 1, apply: a => Math.trunc(a), result: 'same', cost: 2 },
  /** To the nearest integer, ties to even. */
  round: { arity: 1, apply: a => roundHalfToEven(a), result: 'same', cost: 2 },
  // NaN stays NaN and -0 stays -0: the maximum with zero that keeps its argument when in doubt.
  relu: { arity: 1, apply: a => (a < 0 ? 0 : a), result: 'same', cost: 1 },
  /** Clamped to 0 … 1; NaN and -0 stay what they are. */
  sat01: { arity: 1, apply: a => (a < 0 ? 0 : a > 1 ? 1 : a), result: 'same', cost: 2 },
  /** `b` where `a` is positive, else 0. */
  relu_gate: {
    arity: 2,
    apply: (a, b) => (a > 0 ? b : 0),
    neutral: 1,
    result: 'same',
    cost: 1,
  },
  /** `b` where `a` is between 0 and 1, else 0. */
  sat01_gate: {
    arity: 2,
    apply: (a, b) => (a > 0 && a < 1 ? b : 0),
    neutral: 0.5,
    result: 'same',
    cost: 2,
  },
} as const satisfies Record<string, OpInfo>;

/** All doubles from here on are integers, so a sum with it is rounded to an integer, ties to even. */
const allIntegers = 2 ** 52;

function roundHalfToEven(a: number): number {
  if (!(Math.abs(a) < allIntegers)) return a;
  const rounded = a < 0 ? a - allIntegers + allIntegers : a + allIntegers - allIntegers;
  return rounded === 0 ? 0 * a : rounded;
}
