/**
 * The partial derivatives of every scalar op: reverse mode multiplies them by an incoming gradient, forward mode by
 * tangents. They are scalars of the same language, so derivatives can be differentiated again.
 */
import type { Op } from '../core/op.ts';
import { type Scalar, scalarApply, scalarConst } from './ir.ts';
import {
  minusOne,
  negate,
  one,
  over,
  plus,
  positive,
  times,
  whereScalar,
  zero,
} from './scalar-algebra.ts';

/**
 * One partial derivative per operand, as scalars over the operands and the op's own result `out`;
 * undefined where no gradient flows.
 */
type Partials = <N>(
  out: Scalar<N>,
  a: Scalar<N>,
  b: Scalar<N>,
  c: Scalar<N>,
) => readonly (Scalar<N> | undefined)[];

const half = scalarConst(0.5);
const log2 = scalarConst(Math.LN2);
const bySqrtPiHalf = scalarConst(Math.sqrt(Math.PI) / 2);
const twoBySqrtPi = scalarConst(2 / Math.sqrt(Math.PI));

/** Steps and whatever counts bits: nothing flows through, neither forwards nor backwards. */
const flat: Partials = () => [undefined, undefined];

/**
 * Subgradients at the corners: relu and abs give 0 at 0, sat01 gives 0 at 0 and 1, max and min share
 * a tie evenly. A `mod` counts as staying on its step, the angle of the origin as NaN.
 */
export const partials: Readonly<Record<Op, Partials>> = {
  add: () => [one, one],
  sub: () => [one, minusOne],
  mul: (_, a, b) => [b, a],
  mul_no_nan: (_, a, b) => [b, a],
  div: (out, _, b) => [over(one, b), negate(over(out, b))],
  mod: (_, a, b) => [one, negate(scalarApply('floor', over(a, b)))],
  pow: (out, a, b) => [
    times(b, raise(a, b)),
    whereScalar(positive(a), times(out, scalarApply('log', a)), zero),
  ],
  max: (_, a, b) => [share(a, b), share(b, a)],
  min: (_, a, b) => [share(b, a), share(a, b)],
  neg: () => [minusOne],
  abs: (_, a) => [
    whereScalar(positive(a), one, whereScalar(scalarApply('lt', a, zero), minusOne, zero)),
  ],
  sign: flat,
  sqrt: out => [over(half, out)],
  fma: (_, a, b) => [b, a, one],
  stop_gradient: flat,

  lt: flat,
  le: flat,
  eq: flat,
  ne: flat,
  and: flat,
  or: flat,
  not: flat,
  where: (_, c) => [undefined, whereScalar(c, one, zero), whereScalar(c, zero, one)],

  floor: flat,
  ceil: flat,
  trunc: flat,
  round: flat,
  relu: out => [whereScalar(positive(out), one, zero)],
  sat01: out => [whereScalar(between0And1(out), one, zero)],
  relu_gate: (_, a) => [undefined, whereScalar(positive(a), one, zero)],
  sat01_gate: (_, a) => [undefined, whereScalar(between0And1(a), one, zero)],

  exp: out => [out],
  exp2: out => [times(log2, out)],
  expm1: out => [plus(out, one)],
  log: (_, a) => [over(one, a)],
  log2: (_, a) => [over(one, times(log2, a))],
  log1p: (_, a) => [over(one, plus(one, a))],
  sigmoid: out => [times(out, scalarApply('sub', one, out))],
  softplus: (_, a) => [scalarApply('sigmoid', a)],
  erf: (_, a) => [times(twoBySqrtPi, scalarApply('exp', negate(times(a, a))))],
  erf_inv: out => [times(bySqrtPiHalf, scalarApply('exp', times(out, out)))],

  sin: (_, a) => [scalarApply('cos', a)],
  cos: (_, a) => [negate(scalarApply('sin', a))],
  tan: out => [plus(one, times(out, out))],
  asin: (_, a) => [over(one, scalarApply('sqrt', lessSquare(a)))],
  acos: (_, a) => [over(minusOne, scalarApply('sqrt', lessSquare(a)))],
  atan: (_, a) => [over(one, plus(one, times(a, a)))],
  atan2: (_, a, b) => {
    const square = plus(times(a, a), times(b, b));
    return [over(b, square), negate(over(a, square))];
  },
  sinh: (_, a) => [scalarApply('cosh', a)],
  cosh: (_, a) => [scalarApply('sinh', a)],
  tanh: out => [scalarApply('sub', one, times(out, out))],
  // In terms of the result, since the square of the operand may overflow.
  asinh: out => [over(one, scalarApply('cosh', out))],
  acosh: out => [over(one, scalarApply('sinh', out))],
  atanh: (_, a) => [over(one, lessSquare(a))],

  bit_and: flat,
  bit_or: flat,
  bit_xor: flat,
  shift_left: flat,
  shift_right: flat,

  threefry2x32: flat,
  threefry4x32_crypto_first: flat,
  threefry4x32_crypto_second: flat,
  threefry4x32_light_first: flat,
  threefry4x32_light_second: flat,
  unit: flat,
  signed_unit: flat,
};

/** How much of the gradient of `max(winner, other)` the winner gets. */
function share<N>(winner: Scalar<N>, other: Scalar<N>): Scalar<N> {
  const tie = whereScalar(scalarApply('eq', winner, other), half, zero);
  return whereScalar(scalarApply('lt', other, winner), one, tie);
}

/** `a ** (b - 1)`, without the power where the exponent says so. */
function raise<N>(a: Scalar<N>, b: Scalar<N>): Scalar<N> {
  if (b.kind !== 'const') return scalarApply('pow', a, scalarApply('sub', b, one));
  if (b.value === 0) return zero; // not 0 * a ** -1, which is NaN at 0
  if (b.value === 1) return one;
  return b.value === 2 ? a : scalarApply('pow', a, scalarConst(b.value - 1));
}

function between0And1<N>(x: Scalar<N>): Scalar<N> {
  return scalarApply('and', positive(x), scalarApply('lt', x, one));
}

/** `1 - a * a` */
function lessSquare<N>(a: Scalar<N>): Scalar<N> {
  return times(scalarApply('sub', one, a), plus(one, a));
}
