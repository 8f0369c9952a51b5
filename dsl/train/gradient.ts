import { cd } from '../cd.ts';
import type { Code } from '../graph/code.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * Computes a loss and the gradients of its parameters, from zero. Throws a `UserError` for a loss
 * without parameters.
 */
export const gradUpdate = (loss: Tensor): Code => cd`
  ~~(${loss} "gradient";
     ${loss}.forward;
     ~~(${loss} "zero grads and backprop";
        ${loss}.zero_grads;
        ${loss.grad} =: 1;
        ${loss}.backprop))`;
