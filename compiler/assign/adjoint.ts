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
 * and broadcasts alike, and the result is again code that has an adjoint.
 */
import { UserError } from '../support/errors.ts';
import { negate, partials, times } from './derivative.ts';
import {
  type Access,
  access,
  type Assign,
  assign,
  type Scalar,
  scalarApply,
  scalarConst,
} from './ir.ts';
import { accessesOf } from './traverse.ts';

/** The array that holds the gradient of another, or undefined for one that wants none. */
export type GradientOf<N> = (node: N) => N | undefined;

/** What reverse mode counts on the way, for each cell of an array: see `throughChoice`. */
export type Tally = 'ties' | 'zeros' | 'rest';

/** The array for one of these, in the shape of another. */
export type TallyOf<N> = (node: N, tally: Tally) => N;

/**
 * The assignments that pass the gradient of the target of `a` on to its operands, in the operands'
 * order. All of them accumulate. None when the target has no gradient.
 */
export function adjointOf<N, P>(
  a: Assign<N, P>,
  gradientOf: GradientOf<N>,
  tallyOf: TallyOf<N>,
): readonly Assign<N, P>[] {
  const targetGradient = gradientOf(a.target.node);
  if (targetGradient === undefined) return [];
  const incoming = access(targetGradient, a.target.slot);
  const { g, counts } = throughAccumulation(a, incoming, tallyOf);
  const out = a.op === 'set' ? a.target : a.value;
  const contributions = backward(a.value, g, out, gradientOf);
  if (contributions.length === 0) return [];
  checkDifferentiable(a);
  return [
    ...counts,
    ...contributions.map(({ to, value }) =>
      assign(to, { op: 'add' }, value, a.projections, a.origins),
    ),
  ];
}

interface Through<N, P> {
  /** The gradient of one of the values that were accumulated. */
  readonly g: Scalar<N>;
  /** What has to be counted first. */
  readonly counts: readonly Assign<N, P>[];
}

function throughAccumulation<N, P>(
  a: Assign<N, P>,
  incoming: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  switch (a.op) {
    case 'max':
    case 'min':
      return throughChoice(a, incoming, tallyOf);
    case 'mul':
      return throughProduct(a, incoming, tallyOf);
    case 'sub':
      return { g: negate(incoming), counts: [] };
    case 'set':
    case 'add':
    case 'div':
      return { g: incoming, counts: [] };
  }
}

/** The values that are the extreme one share its gradient evenly. */
function throughChoice<N, P>(
  a: Assign<N, P>,
  incoming: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  const ties = access(tallyOf(a.target.node, 'ties'), a.target.slot);
  const isChosen = scalarApply('eq', a.value, a.target);
  const count = scalarApply('where', isChosen, scalarConst(1), scalarConst(0));
  const share = scalarApply('div', incoming, ties);
  return {
    g: scalarApply('where', isChosen, share, scalarConst(0)),
    counts: [assign(ties, { op: 'add', reset: true }, count, a.projections, a.origins)],
  };
}

/**
 * Each factor gets the product of the others: the whole divided by it, but beside a zero the product
 * of the rest, and beside two nothing.
 */
function throughProduct<N, P>(
  a: Assign<N, P>,
  incoming: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  const [zeros, rest] = (['zeros', 'rest'] as const).map(tally =>
    access(tallyOf(a.target.node, tally), a.target.slot),
  ) as [Access<N>, Access<N>];
  const [zero, one] = [scalarConst(0), scalarConst(1)];
  const where = (c: Scalar<N>, x: Scalar<N>, y: Scalar<N>): Scalar<N> =>
    scalarApply('where', c, x, y);
  const isZero = scalarApply('eq', a.value, zero);
  const others = where(
    isZero,
    where(scalarApply('eq', zeros, one), rest, zero),
    where(scalarApply('eq', zeros, zero), scalarApply('div', rest, a.value), zero),
  );
  const counted = (to: Access<N>, op: 'add' | 'mul', value: Scalar<N>): Assign<N, P> =>
    assign(to, { op, reset: true }, value, a.projections, a.origins);
  return {
    g: scalarApply('mul', incoming, others),
    counts: [
      counted(zeros, 'add', where(isZero, one, zero)),
      counted(rest, 'mul', where(isZero, one, a.value)),
    ],
  };
}

interface Contribution<N> {
  readonly to: Access<N>;
  readonly value: Scalar<N>;
}

/** `g` is the gradient of `scalar`, and `out` a cheap way to say the value of `scalar`. */
function backward<N>(
  scalar: Scalar<N>,
  g: Scalar<N>,
  out: Scalar<N>,
  gradientOf: GradientOf<N>,
): readonly Contribution<N>[] {
  if (scalar.kind === 'access') {
    const gradient = gradientOf(scalar.node);
    return gradient === undefined ? [] : [{ to: access(gradient, scalar.slot), value: g }];
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
    return wanted && slope ? backward(arg, times(g, slope), arg, gradientOf) : [];
  });
}

/** What the target held before takes part in a choice or a product, so it has to be nothing. */
function checkDifferentiable<N, P>({ op, reset, origins }: Assign<N, P>): void {
  if (op === 'set' || op === 'add' || op === 'sub') return;
  if (op !== 'div' && reset) return;
  throw new UserError({
    code: 'EINC0401',
    message: `an accumulation with \`${op}\` has no derivative here`,
    labels: origins.slice(0, 1).map(span => ({ span })),
    help: ['accumulate with `=+` or `=-`, or give the op its own `backward` code'],
  });
}
