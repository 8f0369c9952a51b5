/**
 * Forward mode: the assignments that compute how the target of `a` changes along with its operands.
 * The table of derivatives is the one that reverse mode uses.
 */
import { checkDifferentiable, type TallyOf, throughAccumulation } from './accumulation.ts';
import { partials } from './derivative.ts';
import { access, type Assign, assign, type Scalar, scalarApply, scalarConst } from './ir.ts';
import { times } from './scalar-algebra.ts';

/** The array that holds the tangent of another; undefined for one that does not change. */
export type TangentOf<N> = (node: N) => N | undefined;

/** Assigns `target`, the tangent of the target of `a`. */
export function tangentOf<N, P>(
  a: Assign<N, P>,
  target: N,
  tangent: TangentOf<N>,
  tallyOf: TallyOf<N>,
): readonly Assign<N, P>[] {
  checkDifferentiable(a);
  const out = a.op === 'set' ? a.target : a.value;
  const change = along(a.value, out, tangent) ?? scalarConst(0);
  const { part, counts } = throughAccumulation(a, change, tallyOf);
  const to = { op: a.op === 'set' ? a.op : ('add' as const), reset: a.reset, keeps: a.keeps };
  const moved = access(target, a.target.slot, a.target.at);
  const last = assign(moved, to, part, a.projections, a.origins);
  return [...counts, last];
}

/** The change of a scalar; undefined when it does not change. */
function along<N>(scalar: Scalar<N>, out: Scalar<N>, tangent: TangentOf<N>): Scalar<N> | undefined {
  if (scalar.kind === 'access') {
    const node = tangent(scalar.node);
    return node === undefined ? undefined : access(node, scalar.slot, scalar.at);
  }
  if (scalar.kind !== 'apply') return undefined;
  const [a = scalar, b = scalar, c = scalar] = scalar.args;
  const slopes = partials[scalar.op](out, a, b, c);
  const changes = scalar.args.flatMap((arg, i) => {
    const change = along(arg, arg, tangent);
    const slope = slopes[i];
    return change && slope ? [times(change, slope)] : [];
  });
  const [first, ...others] = changes;
  return first && others.reduce((sum, change) => scalarApply('add', sum, change), first);
}
