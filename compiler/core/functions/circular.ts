/**
 * Angles as quarters of a turn and a rest, in f64: so the rest has bits enough, however large the
 * angle is, and the last rounding is nearly all there is.
 */
import { allIntegers } from './constants.ts';
import {
  abs,
  add,
  bitAnd,
  bits,
  constant,
  convert,
  div,
  fma,
  functionOf1,
  mul,
  neg,
  select,
  shiftLeft,
  type Steps,
  sub,
  type Value,
  type Variable,
} from './language.ts';

/** `sin(r) / r` of `r ** 2`, for rests up to 0.95: the second part of a large product adds to one. */
const sine = [
  2.70073807485539e-6, -0.00019837073296555976, 0.008333320652565488, -0.16666666546874168, 1,
];
const cosine = [
  2.4186451251034987e-5, -0.0013884085612851434, 0.04166651698865405, -0.4999999852414367, 1,
];

/**
 * `2 / pi`, in two doubles. A float of at least `from` is a multiple of `from / 2 ** 23`, and those
 * bits of `2 / pi` that make whole turns of that are left out, so that others find room. The first
 * `low` is positive, for -0 to stay -0.
 */
const quartersPerRadian = [
  { from: 0, high: 0.6366197723675813, low: 7.166494911215068e-17 },
  { from: 2 ** 50, high: 2.568255326690366e-8, low: -5.434184107743751e-25 },
  { from: 2 ** 75, high: 2.93709554037182e-16, low: 1.018166438749971e-32 },
  { from: 2 ** 100, high: 6.074026489649846e-24, low: 3.1436547554916045e-40 },
] as const;
type Row = (typeof quartersPerRadian)[number];

export const sin = functionOf1('sin', (a, steps) => {
  const { quarter, sine, cosine } = ofRest(steps, a);
  const y = steps.let('y', select([bitAnd(quarter, 1), 'eq', 0], sine, cosine));
  return convert('f32', negatedWhere(y, bitAnd(quarter, 2), 62));
});

/** The sine of a quarter more. */
export const cos = functionOf1('cos', (a, steps) => {
  const { quarter, sine, cosine } = ofRest(steps, a, 1);
  const y = steps.let('y', select([bitAnd(quarter, 1), 'eq', 0], sine, cosine));
  return convert('f32', negatedWhere(y, bitAnd(quarter, 2), 62));
});

export const tan = functionOf1('tan', (a, steps) => {
  const { quarter, sine, cosine } = ofRest(steps, a);
  const odd = steps.let('odd', bitAnd(quarter, 1));
  const top = select([odd, 'eq', 0], sine, cosine);
  const bottom = select([odd, 'eq', 0], cosine, sine);
  const y = steps.let('y', div(top, bottom));
  return convert('f32', negatedWhere(y, odd, 63));
});

/** The whole quarters in `a` and some more, in the last bits of an integer; of the rest both functions. */
function ofRest(
  steps: Steps,
  a: Variable,
  more = 0,
): { readonly quarter: Variable; readonly sine: Variable; readonly cosine: Variable } {
  const x = steps.let('x', convert('f64', a));
  const size = steps.let('size', abs(x));
  const high = bySize(steps, 'high', size);
  const low = bySize(steps, 'low', size);
  const count = steps.let('count', fma(x, high, allIntegers.f64));
  const whole = steps.let('whole', sub(count, allIntegers.f64));
  const part = fma(x, low, fma(x, high, neg(whole)));
  const rest = steps.let('rest', mul(part, Math.PI / 2));
  const square = steps.let('square', mul(rest, rest));
  const p = steps.polynomial('p', square, sine);
  return {
    quarter: steps.let('quarter', more === 0 ? bits(count) : add(bits(count), more)),
    sine: steps.let('sine', mul(rest, p)),
    cosine: steps.polynomial('cosine', square, cosine),
  };
}

function bySize(steps: Steps, part: 'high' | 'low', size: Value): Variable {
  const [nearest, near, far, farthest] = quartersPerRadian;
  const beyond = steps.let(`${part}_far`, below(far, farthest, constant('f64', farthest[part])));
  const middle = steps.let(`${part}_middle`, below(near, far, beyond));
  return steps.let(part, below(nearest, near, middle));

  function below(row: Row, next: Row, otherwise: Value): Value {
    return select([size, 'lt', next.from], constant('f64', row[part]), otherwise);
  }
}

/** -y where the bit is set that this shift makes the first one. */
function negatedWhere(y: Variable, bit: Value, shift: number): Value {
  return bits(add(bits(y), shiftLeft(bit, shift)));
}
