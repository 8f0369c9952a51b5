import { UserError } from '../compiler/index.ts';
import { tensorGiven } from './arguments.ts';
import { applyOperation } from './graph/apply.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { part } from './ops/views.ts';
import { Solver } from './shape/solve.ts';

/**
 * Splits a tensor into `count` parts of equal size along an output axis, by default the first one;
 * -1 is the last.
 *
 *   const [q, k, v] = split(qkv, 3);
 *
 * Shapes may be open: the size of the axis is `count` times that of a part. Throws a `UserError` if that is
 * impossible. For parts of other sizes use slices: op`${x}[:2]`.
 */
export function split(x: Tensor, count: number, axis = 0): readonly Tensor[] {
  const span = callSite(split);
  tensorGiven(x, 'split', span);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(axis)) {
    const message = `\`split\` takes a positive number of parts and an axis, not ${count} and ${axis}`;
    throw new UserError({ code: 'EINC0316', message, labels: [{ span }] });
  }
  const written = { span, operator: span, operands: [{ span, text: x.label ?? 'its operand' }] };
  return Solver.transaction(solver =>
    Array.from({ length: count }, (_, i) => {
      const label = x.label === undefined ? undefined : `${x.label}_part${i}`;
      return applyOperation(part(count, i, axis, span), [x], written, { solver, label });
    }),
  );
}
