/**
 * Reverse mode, as a transformation on assignments. The adjoint of
 *
 *   y[π0] =+ f(a[π1], b[π2])     over a product space
 *
 * is, over the same space,
 *
 *   a.grad[π1] =+ y.grad[π0] * ∂f/∂a(a[π1], b[π2])
 *   b.grad[π2] =+ y.grad[π0] * ∂f/∂b(a[π1], b[π2])
 *
 * whatever the subscripts are: so one table of scalar derivatives serves products, einsums, slices
 * and broadcasts alike, and the result is again code that has an adjoint. An access at positions that
 * other arrays hold keeps them; they themselves get no gradient.
 */
import { checkDifferentiable, type TallyOf, throughAccumulation } from './accumulation.ts';
import { type ChainRule, chainRule, type InfiniteOf } from './chain-rule.ts';
import { partials } from './derivative.ts';
import { type Access, access, type Assign, assign, type Scalar } from './ir.ts';
import { accessesOf } from './traverse.ts';

/** The array that holds the gradient of another, or undefined for one that wants none. */
export type GradientOf<N> = (node: N) => N | undefined;

/**
 * The assignments that pass the gradient of the target of `a` on to its operands, in the operands'
 * order. All of them accumulate. None when the target has no gradient.
 */
export function adjointOf<N, P>(
  a: Assign<N, P>,
  gradientOf: GradientOf<N>,
  tallyOf: TallyOf<N>,
  infiniteOf: InfiniteOf<N> = () => false,
): readonly Assign<N, P>[] {
  const targetGradient = gradientOf(a.target.node);
  if (targetGradient === undefined) return [];
  const incoming = access(targetGradient, a.target.slot, a.target.at);
  const { part: g, counts } = throughAccumulation(a, incoming, tallyOf);
  const out = a.op === 'set' ? a.target : a.value;
  const contributions = backward(a.value, g, out, { gradientOf, rule: chainRule(a, infiniteOf) });
  if (contributions.length === 0) return [];
  checkDifferentiable(a);
  return [
    ...counts,
    ...contributions.map(({ to, value }) =>
      assign(to, { op: 'add' }, value, a.projections, a.origins),
    ),
  ];
}

interface Contribution<N> {
  readonly to: Access<N>;
  readonly value: Scalar<N>;
}

interface Rules<N> {
  readonly gradientOf: GradientOf<N>;
  readonly rule: ChainRule<N>;
}

/** `g` is the gradient of `scalar`, and `out` a cheap way to say the value of `scalar`. */
function backward<N>(
  scalar: Scalar<N>,
  g: Scalar<N>,
  out: Scalar<N>,
  rules: Rules<N>,
): readonly Contribution<N>[] {
  const { gradientOf, rule } = rules;
  if (scalar.kind === 'access') {
    const gradient = gradientOf(scalar.node);
    return gradient === undefined
      ? []
      : [{ to: access(gradient, scalar.slot, scalar.at), value: g }];
  }
  if (scalar.kind !== 'apply') return [];
  const [a, b, c] = [0, 1, 2].map(i => scalar.args[i] ?? scalar) as [
    Scalar<N>,
    Scalar<N>,
    Scalar<N>,
  ];
  const slopes = partials[scalar.op](out, a, b, c);
  return scalar.args.flatMap((arg, i) => {
    const slope = slopes[i];
    const wanted = accessesOf(arg).some(({ node }) => gradientOf(node) !== undefined);
    return wanted && slope ? backward(arg, rule(g, slope, scalar), arg, rules) : [];
  });
}
