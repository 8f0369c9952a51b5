/** Derivatives as tensors, from JavaScript; in `op` they are `grad(y, x)`, `vjp(…)`, `jvp(…)`. */
import type { Span } from '../compiler/index.ts';
import { tensorGiven, tensorsGiven, wrong } from './arguments.ts';
import { demandFloat } from './dtype/differentiable.ts';
import { describe } from './elaborate/hole.ts';
import { gradients, tangent } from './graph/derived.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { Solver } from './shape/solve.ts';

/**
 * The gradients of the sum of the cells of `y` by each of `xs`, in their shapes. They are tensors
 * like all others: they can be differentiated again. Throws a `UserError` where one of `xs` is of
 * integers or bools: there is no gradient by these.
 *
 *   const [dw, db] = grad(loss, [w, b]);
 */
export function grad(y: Tensor, xs: readonly Tensor[]): readonly Tensor[] {
  const span = callSite(grad);
  tensorGiven(y, 'grad', span);
  tensorsGiven(xs, 'grad', span);
  return Solver.transaction(solver => {
    checkDTypes(xs, 'grad', span, solver);
    return gradients(y, xs, { solver });
  });
}

/** The same with each cell of `y` weighted by that of `seed`, which has its shape. */
export function vjp(y: Tensor, xs: readonly Tensor[], seed: Tensor): readonly Tensor[] {
  const span = callSite(vjp);
  [y, seed].forEach(t => tensorGiven(t, 'vjp', span));
  tensorsGiven(xs, 'vjp', span);
  return Solver.transaction(solver => {
    checkDTypes(xs, 'vjp', span, solver);
    return gradients(y, xs, { seed, solver });
  });
}

/** How `y` changes when each tensor changes by the one beside it: forward mode. */
export function jvp(y: Tensor, changes: ReadonlyMap<Tensor, Tensor>): Tensor {
  const span = callSite(jvp);
  tensorGiven(y, 'jvp', span);
  const given: unknown = changes;
  if (!(given instanceof Map)) {
    const message = `\`jvp\` takes a map from tensors to their changes, not ${describe(given)}`;
    throw wrong('EINC0215', message, span, ['write jvp(y, new Map([[x, dx]]))']);
  }
  [...changes].flat().forEach(t => tensorGiven(t, 'jvp', span));
  return Solver.transaction(solver => {
    checkDTypes([...changes.keys()], 'jvp', span, solver);
    return tangent(y, changes, solver);
  });
}

function checkDTypes(xs: readonly Tensor[], call: string, span: Span, solver: Solver): void {
  for (const { label, hint, dtypeVar: dtype } of xs) {
    demandFloat({ call, name: label ?? hint, dtype, span }, solver);
  }
}
