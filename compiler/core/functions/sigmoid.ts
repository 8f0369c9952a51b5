/** What saturates: made of one exponential that cannot overflow. */
import { bias } from './constants.ts';
import { exp, nearZero, powerAndRest, powerOf } from './exponential.ts';
import {
  abs,
  add,
  call,
  copysign,
  div,
  fma,
  functionOf1,
  mul,
  neg,
  select,
  sub,
} from './language.ts';
import { log1p } from './logarithm.ts';

/** `tanh(a) / a - 1`, divided by `a ** 2`, of `a ** 2` up to 0.55 squared. */
const tanhNearZero = [-0.0062742014, 0.02107165, -0.0538523, 0.13332586, -0.33333316];

/** `erf(a) / a - 1` of `a ** 2`, up to 0.925 squared. */
const erfNearZero = [-0.0005953655, 0.0049859216, -0.026761705, 0.11281682, -0.3761248, 0.12837915];

/** `-log(1 - erf(a)) / a - 1`, from there on. */
const erfTail = [-0.00021399265, 0.0032150194, -0.02289017, 0.10526216, 0.6357181, 0.12851442];

/** `1 - 2 / (exp(2 * a) + 1)`; nearer to 0, where that loses bits, a polynomial. */
export const tanh = functionOf1('tanh', (a, steps) => {
  const size = steps.let('size', abs(a));
  const square = steps.let('square', mul(a, a));
  const p = steps.polynomial('p', square, tanhNearZero);
  const near = steps.let('near', fma(mul(square, p), size, size));
  const x = steps.let('x', select([10, 'lt', size], 10, size));
  const { count, rest } = powerAndRest(steps, x, bias, 2);
  const q = steps.polynomial('q', rest, nearZero);
  const power = mul(q, powerOf(count));
  const far = steps.let('far', sub(1, div(2, add(power, 1))));
  return copysign(select([size, 'lt', 0.55], near, far), a);
});

/**
 * `1 / (1 + exp(-a))`, which where `a` is negative is `exp(a) / (1 + exp(a))`. What the sum below
 * lost is put right afterwards, by the first term of a series.
 */
export const sigmoid = functionOf1('sigmoid', (a, steps) => {
  const small = steps.let('small', call(exp, neg(abs(a))));
  const bottom = steps.let('bottom', add(small, 1));
  const lost = sub(small, sub(bottom, 1));
  const y = steps.let('y', div(select([a, 'lt', 0], small, 1), bottom));
  const rest = steps.let('rest', sub(1, y));
  const inverse = select([a, 'lt', 0], rest, y);
  return fma(mul(neg(y), lost), inverse, y);
});

/** `log(1 + exp(a))` */
export const softplus = functionOf1('softplus', a => {
  const small = call(exp, neg(abs(a)));
  const positive = select([0, 'lt', a], a, 0);
  return add(call(log1p, small), positive);
});

/** `1 - exp(-p)`; nearer to 0, where that loses bits, a polynomial. */
export const erf = functionOf1('erf', (a, steps) => {
  const size = steps.let('size', abs(a));
  const square = steps.let('square', mul(a, a));
  const p = steps.polynomial('p', square, erfNearZero);
  const near = steps.let('near', fma(p, size, size));
  const x = steps.let('x', select([4, 'lt', size], 4, size));
  const q = steps.polynomial('q', x, erfTail);
  const rest = call(exp, neg(fma(x, q, x)));
  const far = steps.let('far', sub(1, rest));
  return copysign(select([size, 'lt', 0.925], near, far), a);
});
