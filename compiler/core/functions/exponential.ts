/** `2 ** n * exp(r)`: `n` the nearest integer, and a polynomial for the small rest. */
import { allIntegers, bias, fractionBits, ln2, log2e } from './constants.ts';
import {
  abs,
  add,
  bits,
  fma,
  functionOf1,
  mul,
  type Operand,
  select,
  shiftLeft,
  shiftRight,
  type Steps,
  sub,
  type Value,
  type Variable,
} from './language.ts';

/** `exp(r)` up to half of `log(2)` from 0. */
export const nearZero = [0.0013814486, 0.00836875, 0.041668393, 0.1666652, 0.49999994, 1, 1];

/** `2 ** r` up to a half from 0. */
const powers = [0.00015353251, 0.0013399007, 0.009618439, 0.05550332, 0.24022648, 0.6931472, 1];

/** `(exp(r) - 1 - r) / r ** 2` */
const beyondLine = [0.00019846243, 0.0013940679, 0.008333389, 0.04166636, 0.16666666, 0.5];

export const exp = functionOf1('exp', (a, steps) =>
  vanishing(steps, a, { below: -104, highest: 89 }, x => {
    const { count, rest } = powerAndRest(steps, x, 2 * bias);
    const p = steps.polynomial('p', rest, nearZero);
    return timesPower(steps, p, count);
  }),
);

export const exp2 = functionOf1('exp2', (a, steps) =>
  vanishing(steps, a, { below: -151, highest: 129 }, x => {
    const count = steps.let('count', add(x, allIntegers.f32 + 2 * bias));
    const rest = steps.let('rest', sub(x, sub(count, allIntegers.f32 + 2 * bias)));
    const p = steps.polynomial('p', rest, powers);
    return timesPower(steps, p, count);
  }),
);

/** Twice the half, since `2 ** 128` is no float. Where `a ** 2` does not count, it is `a`, -0 too. */
export const expm1 = functionOf1('expm1', (a, steps) => {
  const x = within(steps, a, -18, 89);
  const { count, rest } = powerAndRest(steps, x, bias - 1);
  const q = steps.polynomial('q', rest, beyondLine);
  const p = steps.let('p', fma(mul(rest, rest), q, rest));
  const power = steps.let('power', powerOf(count));
  const half = steps.let('half', fma(p, power, sub(power, 0.5)));
  const twice = steps.let('twice', add(half, half));
  return select([abs(a), 'lt', 2 ** -25], a, twice);
});

/**
 * What is 0 from somewhere on is not computed there: products of less than the smallest normal number take some
 * processors a hundred times as long, and what attention masks is far below.
 */
function vanishing(
  steps: Steps,
  a: Variable,
  { below, highest }: { readonly below: number; readonly highest: number },
  formula: (x: Variable) => Value,
): Value {
  const least = steps.let('least', select([highest, 'lt', a], highest, a));
  const x = steps.let('x', select([least, 'lt', below], 0, least));
  const y = steps.let('y', formula(x));
  return select([least, 'lt', below], 0, y);
}

/** `a`, but no lower and no higher than this; NaN stays. */
export function within(steps: Steps, a: Variable, lowest: number, highest: number): Variable {
  const least = steps.let('least', select([highest, 'lt', a], highest, a));
  return steps.let('x', select([least, 'lt', lowest], lowest, least));
}

/**
 * `x = n * log(2) + rest`, with `n` and what is added to it in the last bits of `count`. `n` times
 * `log(2)` is exact to more than the bits of one float.
 */
export function powerAndRest(
  steps: Steps,
  x: Value,
  added: number,
  scale = 1,
): { readonly count: Variable; readonly rest: Variable } {
  const integers = allIntegers.f32 + added;
  const count = steps.let('count', fma(x, scale * log2e.high, integers));
  const n = steps.let('n', sub(count, integers));
  const scaled: Operand = scale === 1 ? x : mul(x, scale);
  const rest = steps.let('rest', fma(n, -ln2.low, fma(n, -ln2.high, scaled)));
  return { count, rest };
}

/** 2 to the integer in the last bits of `count`, less the bias. */
export function powerOf(count: Variable): Value {
  return bits(shiftLeft(bits(count), fractionBits.f32));
}

/** Multiplies by a power of two in two factors; if one overflows or loses bits, so does the result. */
function timesPower(steps: Steps, p: Value, count: Variable): Value {
  const sum = steps.let('sum', bits(count));
  const half = steps.let('half', shiftRight(sum, 1));
  const first = bits(shiftLeft(half, fractionBits.f32));
  const second = bits(shiftLeft(sub(sum, half), fractionBits.f32));
  return mul(mul(p, first), second);
}
