import { tensorGiven } from '../arguments.ts';
import { cd } from '../cd.ts';
import type { Code } from '../graph/code.ts';
import type { Tensor } from '../graph/tensor.ts';
import { callSite } from '../language/call-site.ts';

/**
 * Computes a loss and the gradients of its parameters, from zero. Throws a `UserError` for a loss
 * without parameters.
 */
export function gradUpdate(loss: Tensor): Code {
  tensorGiven(loss, 'gradUpdate', callSite(gradUpdate));
  return cd`
  ~~(${loss} "gradient";
     ${loss}.forward;
     ~~(${loss} "zero grads and backprop";
        ${loss}.zero_grads;
        ${loss.grad} =: 1;
        ${loss}.backprop))`;
}
