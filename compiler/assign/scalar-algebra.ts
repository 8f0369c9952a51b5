/** Constructors of scalars for derivatives, which simplify zeros, ones and choices. */
import { type Scalar, type ScalarApply, scalarApply, scalarConst } from './ir.ts';

export const [zero, one, minusOne] = [scalarConst(0), scalarConst(1), scalarConst(-1)];

/** How a gradient meets a partial: with `mul_no_nan` one that is 0 stays 0, whatever the partial is. */
export type Product = 'mul' | 'mul_no_nan';

/**
 * The product of a gradient and a partial. Keeps a masked gradient a choice, not a product, so that
 * an infinite gradient times a zero mask stays zero.
 */
export function times<N>(g: Scalar<N>, partial: Scalar<N>, product: Product = 'mul'): Scalar<N> {
  if (isConst(partial, 0)) return zero;
  if (isConst(partial, 1)) return g;
  if (isConst(partial, -1)) return negate(g);
  if (isConst(g, 1)) return partial;
  return (
    (partial.kind === 'apply' && timesApply(g, partial, product)) ||
    scalarApply(product, g, partial)
  );
}

function timesApply<N>(
  g: Scalar<N>,
  { op, args }: ScalarApply<N>,
  product: Product,
): Scalar<N> | undefined {
  const [a, b, c] = args;
  const [timesA, timesB, timesC] = [a, b, c].map(x => x && times(g, x, product));
  if (op === 'neg' && timesA) return negate(timesA);
  // Not with a divisor that may be 0: a zero gradient would become NaN.
  if (op === 'div' && timesA && b && product === 'mul') return scalarApply('div', timesA, b);
  if (op === 'where' && a && timesB && timesC) return whereScalar(a, timesB, timesC);
  return undefined;
}

export function negate<N>(x: Scalar<N>): Scalar<N> {
  if (x.kind === 'const') return scalarConst(-x.value);
  return x.kind === 'apply' && x.op === 'neg' ? (x.args[0] ?? x) : scalarApply('neg', x);
}

export function plus<N>(a: Scalar<N>, b: Scalar<N>): Scalar<N> {
  return scalarApply('add', a, b);
}

export function over<N>(a: Scalar<N>, b: Scalar<N>): Scalar<N> {
  return scalarApply('div', a, b);
}

export function whereScalar<N>(
  condition: Scalar<N>,
  then: Scalar<N>,
  otherwise: Scalar<N>,
): Scalar<N> {
  return isConst(then, 0) && isConst(otherwise, 0)
    ? zero
    : scalarApply('where', condition, then, otherwise);
}

export function positive<N>(x: Scalar<N>): Scalar<N> {
  return scalarApply('lt', zero, x);
}

function isConst<N>(x: Scalar<N>, value: number): boolean {
  return x.kind === 'const' && x.value === value;
}
