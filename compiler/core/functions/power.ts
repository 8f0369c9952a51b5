/**
 * `2 ** (b * log2(|a|))` in f64, with the sign and the exceptions of C's `pow`. A square is the product, to the
 * bit, so that whoever knows the power may write that instead.
 */
import { allIntegers, minusInfinity, notANumber } from './constants.ts';
import { powerOf2 } from './exponential-f64.ts';
import {
  abs,
  add,
  bitAnd,
  bits,
  constant,
  convert,
  div,
  fma,
  functionOf2,
  mul,
  select,
  shiftLeft,
  type Steps,
  sub,
  type Value,
  type Variable,
} from './language.ts';
import { exponentAndFraction } from './logarithm.ts';

/** `log2((1 + s) / (1 - s)) / s` of `s ** 2`, for numbers between the roots of ½ and 2. */
const ofRatio = [
  0.28312210305145513, 0.3198909214154404, 0.412209592412935, 0.5770779392206019,
  0.9617966941233117, 2.885390081777845,
];

/** All floats from here on are even. */
const evenFrom = 2 ** 24;
const zero = { f64: constant('f64', 0), i64: constant('i64', 0) } as const;

export const pow = functionOf2('pow', (a, b, steps) => {
  const size = steps.let('size', abs(a));
  const exponent = steps.let('wide_b', convert('f64', b));
  const power = steps.let('power', convert('f32', powerOfSize(steps, size, exponent)));

  const times = steps.let('times', abs(exponent));
  const sum = steps.let('sum', add(times, allIntegers.f64));
  const fraction = steps.let('fraction', sub(sub(sum, allIntegers.f64), times));
  const last = steps.let('last', bitAnd(bits(sum), 1));
  const parity = steps.let('parity', select([fraction, 'eq', 0], last, zero.i64));
  const odd = convert('i32', select([times, 'lt', evenFrom], parity, zero.i64));
  const sign = bitAnd(bits(a), shiftLeft(odd, 31));
  const value = steps.let('value', bits(add(bits(power), sign)));

  // Finite negative numbers have whole powers only.
  const root = steps.let('root', select([convert('f32', fraction), 'eq', 0], value, notANumber));
  const whole = steps.let('whole', select([abs(b), 'lt', evenFrom], root, value));
  const negative = steps.let('negative', select([minusInfinity, 'lt', a], whole, value));
  const any = steps.let('any', select([a, 'lt', 0], negative, value));
  const known = steps.let('known', select([b, 'eq', b], any, notANumber));
  const square = steps.let('square_a', mul(a, a));
  const exact = steps.let('exact', select([b, 'eq', 2], square, known));
  return select([a, 'eq', 1], 1, exact);
});

/** 1 to any power and anything to the 0 are 1, also where a product of infinity and 0 is none. */
function powerOfSize(steps: Steps, size: Variable, y: Variable): Value {
  const x = steps.let('wide_a', convert('f64', size));
  const product = steps.let('product', mul(y, log2OfSize(steps, size, x)));
  const ofOne = steps.let('of_one', select([x, 'eq', 1], 0, product));
  const toZero = select([y, 'eq', 0], zero.f64, ofOne);
  return powerOf2(steps, toZero);
}

function log2OfSize(steps: Steps, size: Variable, x: Variable): Value {
  const { exponent, fraction } = exponentAndFraction(steps, size);
  const m = steps.let('m', convert('f64', fraction));
  const s = steps.let('s', div(sub(m, 1), add(m, 1)));
  const square = steps.let('square', mul(s, s));
  const p = steps.polynomial('p', square, ofRatio);
  const log = steps.let('log_a', fma(s, p, convert('f64', exponent)));
  // Infinity and NaN stay what they are.
  const finite = steps.let('finite_log', select([x, 'lt', Infinity], log, x));
  return select([x, 'eq', 0], constant('f64', -Infinity), finite);
}
