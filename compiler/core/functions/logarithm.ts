/** `n * log(2) + log(1 + f)`: a float is `2 ** n * (1 + f)`, with `1 + f` between the roots of ½ and 2. */
import {
  fractionBits,
  infinity,
  ln2,
  log2e,
  minusInfinity,
  notANumber,
  smallestNormal,
} from './constants.ts';
import {
  add,
  bitAnd,
  bits,
  convert,
  copysign,
  fma,
  functionOf1,
  mul,
  type Operand,
  select,
  shiftRight,
  type Steps,
  sub,
  type Value,
  type Variable,
} from './language.ts';

/** `(log(1 + f) - f) / f ** 2` */
const beyondLine = [
  0.06746587, -0.11675812, 0.118882716, -0.12405563, 0.14219533, -0.16667996, 0.20002119,
  -0.2500001, 0.33333313, -0.5,
];

/** `log2(1 + f) / f`, less its value at 0 as a float. */
const beyondSlope = [
  0.09699117,
  -0.16843307,
  0.17169985,
  -0.17900342,
  0.20511745,
  -0.2404637,
  0.28857106,
  -0.36067414,
  0.48089802,
  -0.7213475,
  log2e.low,
];

/** The bits of the root of ½. */
const rootBits = 0x3f3504f3;
const exponentMask = -(2 ** fractionBits.f32);
const bitsOf4 = 0x40800000;

export const log = functionOf1('log', (a, steps) => {
  const { exponent, fraction } = exponentAndFraction(steps, a);
  const f = steps.let('f', sub(fraction, 1));
  const y = steps.let('y', fma(exponent, ln2.high, logOf1Plus(steps, f)));
  return atEdges(steps, a, 0, y);
});

export const log2 = functionOf1('log2', (a, steps) => {
  const { exponent, fraction } = exponentAndFraction(steps, a);
  const f = steps.let('f', sub(fraction, 1));
  const q = steps.polynomial('q', f, beyondSlope);
  const y = steps.let('y', add(exponent, fma(f, log2e.high, mul(f, q))));
  return atEdges(steps, a, 0, y);
});

/** `a` itself is scaled, and 1 beside it: the sum of the two would lose bits of it. */
export const log1p = functionOf1('log1p', (a, steps) => {
  const shift = steps.let('shift', bitAnd(sub(bits(add(a, 1)), rootBits), exponentMask));
  const scaled = steps.let('scaled', bits(sub(bits(a), shift)));
  // 1 could be scaled to less than there is.
  const four = steps.let('four', bits(sub(bitsOf4, shift)));
  const f = steps.let('f', add(scaled, fma(four, 0.25, -1)));
  const n = convert('f32', shift);
  const y = fma(n, ln2.high * 2 ** -fractionBits.f32, logOf1Plus(steps, f));
  const signed = steps.let('y', copysign(y, a));
  return atEdges(steps, a, -1, signed);
});

function logOf1Plus(steps: Steps, f: Variable): Value {
  const q = steps.polynomial('q', f, beyondLine);
  return fma(mul(f, f), q, f);
}

/** Subnormal numbers have their exponents in what is zero before them, so they are scaled first. */
export function exponentAndFraction(
  steps: Steps,
  a: Variable,
): { readonly exponent: Value; readonly fraction: Value } {
  const raised = steps.let('raised', mul(a, 2 ** fractionBits.f32));
  const x = steps.let('x', select([a, 'lt', smallestNormal], raised, a));
  const raise = select([a, 'lt', smallestNormal], -fractionBits.f32, 0);
  const shift = steps.let('shift', sub(bits(x), rootBits));
  const exponent = add(convert('f32', shiftRight(shift, fractionBits.f32)), raise);
  const fraction = bits(sub(bits(x), bitAnd(shift, exponentMask)));
  return { exponent, fraction };
}

/** `y` where `a` is more than `lowest` and finite; there it is minus infinity, and NaN below. */
function atEdges(steps: Steps, a: Variable, lowest: Operand, y: Variable): Value {
  const finite = steps.let('finite', select([a, 'lt', infinity], y, a));
  const low = steps.let('low', select([a, 'eq', lowest], minusInfinity, notANumber));
  return select([lowest, 'lt', a], finite, low);
}
