/**
 * The chain rule at one op: a change, of its result in reverse mode, of an operand in forward mode,
 * times the slope between them. `where(x > 0, log(x), 0)` gives the arm that is not taken a gradient
 * of 0; times the slope of `log` at 0, which is infinite, that would be NaN. So the product is one in
 * which a change of 0 wins, wherever a slope may be infinite or NaN.
 */
import type { Op } from '../core/op.ts';
import type { Access, Assign, Scalar, ScalarApply } from './ir.ts';
import { times } from './scalar-algebra.ts';

/** Whether the cells of an array may be infinite or NaN where those it is computed from are not. */
export type InfiniteOf<N> = (node: N) => boolean;

export type ChainRule<N> = (change: Scalar<N>, slope: Scalar<N>, at: ScalarApply<N>) => Scalar<N>;

/** The chain rule for the ops of one assignment. */
export function chainRule<N, P>(a: Assign<N, P>, infiniteOf: InfiniteOf<N>): ChainRule<N> {
  const isInfinite = ({ node }: Access<N>): boolean => infiniteOf(node);
  const isGuarded = (at: ScalarApply<N>): boolean => {
    const { op, args } = at;
    if (op !== 'mul' && op !== 'fma') return isSingular(op, args);
    // The terms of a sum of products stay products, which passes know what to do with.
    const isTerm = a.op !== 'set' && at === a.value;
    return !isTerm && args.some(arg => mayBeInfinite(arg, isInfinite));
  };
  return (change, slope, at) => times(change, slope, isGuarded(at) ? 'mul_no_nan' : 'mul');
}

/** Ops with a slope that is infinite or NaN at some number, an infinity perhaps; but for products. */
const singular: ReadonlySet<Op> = new Set<Op>([
  ...(['mul_no_nan', 'div', 'mod', 'pow', 'sqrt'] as const),
  ...(['exp', 'exp2', 'expm1', 'log', 'log2', 'log1p', 'erf_inv'] as const),
  ...(['sin', 'cos', 'tan', 'asin', 'acos', 'atan2', 'sinh', 'cosh', 'acosh', 'atanh'] as const),
]);

/** Whether the slopes of `op` on these operands may be infinite or NaN. */
export function isSingular<N>(op: Op, [, b]: readonly Scalar<N>[]): boolean {
  if (b?.kind === 'const' && (op === 'div' || op === 'mod')) return b.value === 0;
  // A polynomial has no pole.
  if (b?.kind === 'const' && op === 'pow') return !(Number.isInteger(b.value) && b.value > 0);
  return singular.has(op);
}

/** Whether a scalar may be infinite or NaN where what it is computed from is not. */
export function mayBeInfinite<N>(
  scalar: Scalar<N>,
  isInfinite: (cell: Access<N>) => boolean,
): boolean {
  if (scalar.kind === 'access') return isInfinite(scalar);
  if (scalar.kind !== 'apply') return false;
  return (
    isSingular(scalar.op, scalar.args) || scalar.args.some(arg => mayBeInfinite(arg, isInfinite))
  );
}
