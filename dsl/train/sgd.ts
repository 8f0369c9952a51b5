import { cd } from '../cd.ts';
import type { Code } from '../graph/code.ts';
import type { Tensor } from '../graph/tensor.ts';

export interface SgdOptions {
  /** A scalar tensor, so that a schedule can be an expression; or a number. */
  readonly learningRate: Tensor | number;
  readonly momentum?: number;
  /** L2 regularisation, as an addition to the gradient. */
  readonly weightDecay?: number;
  /** Looks ahead along the momentum (Nesterov 1983). */
  readonly nesterov?: boolean;
}

/**
 * One step of stochastic gradient descent for every parameter of a loss. Throws a `UserError` for a
 * loss without parameters.
 */
export function sgdUpdate(loss: Tensor, options: SgdOptions): Code {
  const { params } = loss.grad.tensor;
  const steps = Object.values(params).map(p => sgdOne(p, options));
  return cd`~~("gd update"; ${steps})`;
}

/** The step for one parameter. */
export const sgdOne = (
  p: Tensor,
  { learningRate, momentum = 0, weightDecay = 0, nesterov = false }: SgdOptions,
): Code => cd`
  ~~(${p} "param sgd step";
     { sgd_delta } =: ${p}.grad + ${weightDecay} *. ${p};
     if ${momentum > 0} then (
       { sgd_momentum } =: ${momentum} *. sgd_momentum + sgd_delta;
       if ${nesterov} then sgd_delta =+ ${momentum} *. sgd_momentum
       else sgd_delta =: sgd_momentum);
     ${p} =- ${learningRate} * sgd_delta ~logic:".")`;
