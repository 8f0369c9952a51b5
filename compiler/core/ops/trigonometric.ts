import type { OpInfo } from './info.ts';

/** Circular and hyperbolic functions and their inverses; angles in radians. */
export const trigonometric = {
  sin: { arity: 1, apply: a => Math.sin(a), result: 'same', cost: 20 },
  cos: { arity: 1, apply: a => Math.cos(a), result: 'same', cost: 20 },
  tan: { arity: 1, apply: a => Math.tan(a), result: 'same', cost: 30 },
  asin: { arity: 1, apply: a => Math.asin(a), result: 'same', cost: 25 },
  acos: { arity: 1, apply: a => Math.acos(a), result: 'same', cost: 25 },
  atan: { arity: 1, apply: a => Math.atan(a), result: 'same', cost: 25 },
  /** The angle of the point at height `a`, `b` to the right. */
  atan2: { arity: 2, apply: (a, b) => Math.atan2(a, b), result: 'same', cost: 40 },
  sinh: { arity: 1, apply: a => Math.sinh(a), result: 'same', cost: 30 },
  cosh: { arity: 1, apply: a => Math.cosh(a), result: 'same', cost: 30 },
  tanh: { arity: 1, apply: a => Math.tanh(a), result: 'same', cost: 30 },
  asinh: { arity: 1, apply: a => Math.asinh(a), result: 'same', cost: 40 },
  acosh: { arity: 1, apply: a => Math.acosh(a), result: 'same', cost: 40 },
  atanh: { arity: 1, apply: a => Math.atanh(a), result: 'same', cost: 40 },
} as const satisfies Record<string, OpInfo>;
