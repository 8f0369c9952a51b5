/** Exponentials in f64, to the bits that a float needs: rounding to one overflows as it should. */
import { allIntegers, fractionBits } from './constants.ts';
import {
  abs,
  add,
  bits,
  convert,
  copysign,
  div,
  functionOf1,
  mul,
  select,
  shiftLeft,
  type Steps,
  sub,
  type Value,
} from './language.ts';

/** `2 ** r` up to a half from 0. */
const powers = [
  1.5201266744804551e-5, 0.0001546931209763044, 0.0013333925610291683, 0.009618027192244484,
  0.05550410349427966, 0.24022651198572992, 0.6931471807297597, 0.9999999999616463,
];

/** `(sinh(a) / a - 1) / a ** 2` of `a ** 2`, up to 1. */
const sinhNearZero = [
  2.8169533775620145e-6, 0.00019836159339528176, 0.00833335006094331, 0.1666666649750842, 1,
];

/** `(exp(a) - exp(-a)) / 2`; nearer to 0, where that loses bits, a polynomial. */
export const sinh = functionOf1('sinh', (a, steps) => {
  const x = steps.let('x', convert('f64', a));
  const square = steps.let('square', mul(x, x));
  const p = steps.polynomial('p', square, sinhNearZero);
  const near = steps.let('near', mul(x, p));
  const power = steps.let('power', powerOf2(steps, mul(abs(x), Math.LOG2E)));
  const size = mul(sub(power, div(1, power)), 0.5);
  const far = steps.let('far', copysign(size, x));
  return convert('f32', select([square, 'lt', 1], near, far));
});

export const cosh = functionOf1('cosh', (a, steps) => {
  const x = convert('f64', a);
  const power = steps.let('power', powerOf2(steps, mul(abs(x), Math.LOG2E)));
  return convert('f32', mul(add(power, div(1, power)), 0.5));
});

/** 2 to the power of an `x` in f64. Results beyond every float stay so without overflowing a double. */
export function powerOf2(steps: Steps, x: Value): Value {
  const z = steps.let('z', x);
  const least = steps.let('least', select([256, 'lt', z], 256, z));
  const exponent = steps.let('exponent', select([least, 'lt', -256], -256, least));
  const count = steps.let('count', add(exponent, allIntegers.f64));
  const rest = steps.let('rest', sub(exponent, sub(count, allIntegers.f64)));
  const q = steps.polynomial('q', rest, powers);
  return bits(add(bits(q), shiftLeft(bits(count), fractionBits.f64)));
}
