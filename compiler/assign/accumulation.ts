/** Derivatives of an accumulation with respect to each accumulated value. */
import { UserError } from '../support/errors.ts';
import {
  type Access,
  access,
  type Assign,
  assign,
  type Scalar,
  scalarApply,
  scalarConst,
} from './ir.ts';
import { negate, one, over, plus, whereScalar, zero } from './scalar-algebra.ts';

/** What must be counted for each cell of an array. */
export type Tally = 'ties' | 'zeros' | 'rest';

/** The array for one of these, in the shape of another. */
export type TallyOf<N> = (node: N, tally: Tally) => N;

export interface Through<N, P> {
  /** The part of one of the values that were accumulated. */
  readonly part: Scalar<N>;
  /** The assignments that count, which run first. */
  readonly counts: readonly Assign<N, P>[];
}

/**
 * `change` is a small change: of the target in reverse mode, of the value that is taken in in forward
 * mode. The accumulation being linear in both, its part is the same.
 */
export function throughAccumulation<N, P>(
  a: Assign<N, P>,
  change: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  switch (a.op) {
    case 'max':
    case 'min':
      return throughChoice(a, change, tallyOf);
    case 'mul':
      return throughProduct(a, change, tallyOf);
    case 'sub':
      return { part: negate(change), counts: [] };
    case 'set':
    case 'add':
    case 'div':
    case 'pow':
    case 'and':
    case 'or':
    case 'relu_gate':
    case 'sat01_gate':
      return { part: change, counts: [] };
  }
}

/** The values that are the extreme one share its gradient evenly. */
function throughChoice<N, P>(
  a: Assign<N, P>,
  change: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  const ties = access(tallyOf(a.target.node, 'ties'), a.target.slot);
  const isChosen = scalarApply('eq', a.value, a.target);
  const count = scalarApply('where', isChosen, scalarConst(1), scalarConst(0));
  const share = scalarApply('div', change, ties);
  return {
    part: scalarApply('where', isChosen, share, scalarConst(0)),
    counts: [assign(ties, { op: 'add', reset: true }, count, a.projections, a.origins)],
  };
}

/**
 * Each factor gets the product of the others: of those that are not 0, but nothing if one of them is.
 * If just one is, "nothing" is that one, and has a slope. So a zero counts as 1 more than it is: a
 * count of 1, less 1, is the only zero itself. This makes the first and the second derivative right
 * whatever is 0; a third takes the product of two zeros or more to be flat.
 */
function throughProduct<N, P>(
  a: Assign<N, P>,
  change: Scalar<N>,
  tallyOf: TallyOf<N>,
): Through<N, P> {
  const [zeros, rest] = (['zeros', 'rest'] as const).map(tally =>
    access(tallyOf(a.target.node, tally), a.target.slot),
  ) as [Access<N>, Access<N>];
  const isZero = equals(a.value, zero);
  const asZeros = whereScalar(isZero, plus(one, a.value), zero);
  const asRest = whereScalar(isZero, one, a.value);
  const zerosOfOthers = scalarApply('sub', zeros, asZeros);
  const onlyZero = scalarApply('sub', zerosOfOthers, one);
  const productOfZeros = whereScalar(
    equals(zerosOfOthers, zero),
    one,
    whereScalar(equals(zerosOfOthers, one), onlyZero, zero),
  );
  const others = scalarApply('mul_no_nan', productOfZeros, over(rest, asRest));
  const tallied = (to: Access<N>, op: 'add' | 'mul', value: Scalar<N>): Assign<N, P> =>
    assign(to, { op, reset: true }, value, a.projections, a.origins);
  return {
    part: scalarApply('mul_no_nan', change, others),
    counts: [tallied(zeros, 'add', asZeros), tallied(rest, 'mul', asRest)],
  };
}

function equals<N>(a: Scalar<N>, b: Scalar<N>): Scalar<N> {
  return scalarApply('eq', a, b);
}

/** A choice or a product involves the old value of the target, so it must be reset first. */
export function checkDifferentiable<N, P>({ op, reset, target, origins }: Assign<N, P>): void {
  if (op === 'set' || op === 'add' || op === 'sub') return;
  // A scatter drops terms whose position names no cell, so counts would be wrong.
  const isCounted = reset && target.at.length === 0;
  if (isCounted && (op === 'max' || op === 'min' || op === 'mul')) return;
  throw new UserError({
    code: 'EINC0401',
    message: `an accumulation with \`${op}\` has no derivative here`,
    labels: origins
      .toReversed()
      .map((span, i) => (i === 0 ? { span } : { span, text: 'used here' })),
    help: ['accumulate with `=+` or `=-`, or give the op its own `backward` code'],
  });
}
