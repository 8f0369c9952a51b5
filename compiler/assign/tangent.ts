/**
 * Forward mode: the assignments that compute how the target of `a` changes along with its operands.
 * The table of derivatives is the one that reverse mode uses.
 */
import { checkDifferentiable, type TallyOf, throughAccumulation } from './accumulation.ts';
import { type ChainRule, chainRule, type InfiniteOf } from './chain-rule.ts';
import { partials } from './derivative.ts';
import { access, type Assign, assign, type Scalar, scalarApply, scalarConst } from './ir.ts';

/** The array that holds the tangent of another; undefined for one that does not change. */
export type TangentOf<N> = (node: N) => N | undefined;

/** Assigns `target`, the tangent of the target of `a`. */
export function tangentOf<N, P>(
  a: Assign<N, P>,
  target: N,
  tangent: TangentOf<N>,
  tallyOf: TallyOf<N>,
  infiniteOf: InfiniteOf<N> = () => false,
): readonly Assign<N, P>[] {
  checkDifferentiable(a);
  const out = a.op === 'set' ? a.target : a.value;
  const change = along(a.value, out, { tangent, rule: chainRule(a, infiniteOf) }) ?? scalarConst(0);
  const { part, counts } = throughAccumulation(a, change, tallyOf);
  const to = { op: a.op === 'set' ? a.op : ('add' as const), reset: a.reset, keeps: a.keeps };
  const moved = access(target, a.target.slot, a.target.at);
  const last = assign(moved, to, part, a.projections, a.origins);
  return [...counts, last];
}

interface Rules<N> {
  readonly tangent: TangentOf<N>;
  readonly rule: ChainRule<N>;
}

/** The change of a scalar; undefined when it does not change. */
function along<N>(scalar: Scalar<N>, out: Scalar<N>, rules: Rules<N>): Scalar<N> | undefined {
  const { tangent, rule } = rules;
  if (scalar.kind === 'access') {
    const node = tangent(scalar.node);
    return node === undefined ? undefined : access(node, scalar.slot, scalar.at);
  }
  if (scalar.kind !== 'apply') return undefined;
  const [a = scalar, b = scalar, c = scalar] = scalar.args;
  const slopes = partials[scalar.op](out, a, b, c);
  const changes = scalar.args.flatMap((arg, i) => {
    const change = along(arg, arg, rules);
    const slope = slopes[i];
    return change && slope ? [rule(change, slope, scalar)] : [];
  });
  const [first, ...others] = changes;
  return first && others.reduce((sum, change) => scalarApply('add', sum, change), first);
}
