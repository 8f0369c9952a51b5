/** Scalars as derivatives use them: what is 0, 1 or a choice stays one. */
import { type Scalar, type ScalarApply, scalarApply, scalarConst } from './ir.ts';

export const [zero, one, minusOne] = [scalarConst(0), scalarConst(1), scalarConst(-1)];

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
