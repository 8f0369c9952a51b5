/**
 * The derivative of every scalar op, once: reverse mode multiplies an incoming gradient into these
 * partials and forward mode will multiply tangents into the same ones. They are scalars of the
 * same language, so what they give can be differentiated again.
 */
import type { Op } from '../core/op.ts';
import { type Scalar, type ScalarApply, scalarApply, scalarConst } from './ir.ts';

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

const zero = scalarConst(0);
const one = scalarConst(1);
const minusOne = scalarConst(-1);
const half = scalarConst(0.5);

const flat: Partials = () => [undefined, undefined];

/** Subgradients at the corners: relu and abs give 0 at 0, max and min share a tie evenly. */
export const partials: Readonly<Record<Op, Partials>> = {
  add: () => [one, one],
  sub: () => [one, minusOne],
  mul: (_, a, b) => [b, a],
  div: (out, _, b) => [scalarApply('div', one, b), negate(scalarApply('div', out, b))],
  pow: (out, a, b) => [
    times(b, raise(a, b)),
    whereScalar(positive(a), times(out, scalarApply('log', a)), zero),
  ],
  max: (_, a, b) => [share(a, b), share(b, a)],
  min: (_, a, b) => [share(b, a), share(a, b)],
  lt: flat,
  eq: flat,
  ne: flat,
  neg: () => [minusOne],
  abs: (_, a) => [
    whereScalar(positive(a), one, whereScalar(scalarApply('lt', a, zero), minusOne, zero)),
  ],
  relu: out => [whereScalar(positive(out), one, zero)],
  sqrt: out => [scalarApply('div', half, out)],
  exp: out => [out],
  log: (_, a) => [scalarApply('div', one, a)],
  tanh: out => [scalarApply('sub', one, times(out, out))],
  sin: (_, a) => [scalarApply('cos', a)],
  cos: (_, a) => [negate(scalarApply('sin', a))],
  where: (_, c) => [undefined, whereScalar(c, one, zero), whereScalar(c, zero, one)],
  fma: (_, a, b) => [b, a, one],
};

/**
 * The product of a gradient and a partial. Keeps a masked gradient a choice, not a product, so that
 * an infinite gradient times a zero mask stays zero.
 */
export function times<N>(g: Scalar<N>, partial: Scalar<N>): Scalar<N> {
  if (isConst(partial, 0)) return zero;
  if (isConst(partial, 1)) return g;
  if (isConst(partial, -1)) return negate(g);
  if (isConst(g, 1)) return partial;
  return (partial.kind === 'apply' && timesApply(g, partial)) || scalarApply('mul', g, partial);
}

function timesApply<N>(g: Scalar<N>, { op, args }: ScalarApply<N>): Scalar<N> | undefined {
  const [a, b, c] = args;
  if (op === 'neg' && a) return negate(times(g, a));
  if (op === 'div' && a && b) return scalarApply('div', times(g, a), b);
  if (op === 'where' && a && b && c) return whereScalar(a, times(g, b), times(g, c));
  return undefined;
}

export function negate<N>(x: Scalar<N>): Scalar<N> {
  if (x.kind === 'const') return scalarConst(-x.value);
  return x.kind === 'apply' && x.op === 'neg' ? (x.args[0] ?? x) : scalarApply('neg', x);
}

function whereScalar<N>(condition: Scalar<N>, then: Scalar<N>, otherwise: Scalar<N>): Scalar<N> {
  return isConst(then, 0) && isConst(otherwise, 0)
    ? zero
    : scalarApply('where', condition, then, otherwise);
}

function positive<N>(x: Scalar<N>): Scalar<N> {
  return scalarApply('lt', zero, x);
}

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

function isConst<N>(x: Scalar<N>, value: number): boolean {
  return x.kind === 'const' && x.value === value;
}
