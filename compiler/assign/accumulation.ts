/** How derivatives pass an accumulation: what each of the values it takes in counts for. */
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
import { negate } from './scalar-algebra.ts';

/** What is counted on the way, for each cell of an array. */
export type Tally = 'ties' | 'zeros' | 'rest';

/** The array for one of these, in the shape of another. */
export type TallyOf<N> = (node: N, tally: Tally) => N;

export interface Through<N, P> {
  /** The part of one of the values that were accumulated. */
  readonly part: Scalar<N>;
  /** What has to be counted first. */
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
 * Each factor gets the product of the others: the whole divided by it, but beside a zero the product
 * of the rest, and beside two nothing.
 */
function throughProduct<N, P>(
  a: Assign<N, P>,
  change: Scalar<N>,
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
    part: scalarApply('mul_no_nan', change, others),
    counts: [
      counted(zeros, 'add', where(isZero, one, zero)),
      counted(rest, 'mul', where(isZero, one, a.value)),
    ],
  };
}

/** What the target held before takes part in a choice or a product, so it has to be nothing. */
export function checkDifferentiable<N, P>({ op, reset, target, origins }: Assign<N, P>): void {
  if (op === 'set' || op === 'add' || op === 'sub') return;
  // What is dropped because it is at no cell is counted nowhere.
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
