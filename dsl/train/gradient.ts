import { tensorGiven } from '../arguments.ts';
import { cdAt } from '../cd.ts';
import type { Code } from '../graph/code.ts';
import type { Tensor } from '../graph/tensor.ts';
import { callSite } from '../language/call-site.ts';

/**
 * Computes a loss and the gradients of its parameters, from zero. Throws a `UserError` for a loss
 * without parameters.
 */
export function gradUpdate(loss: Tensor): Code {
  const call = callSite(gradUpdate);
  tensorGiven(loss, 'gradUpdate', call);
  return cdAt(call)`
  ~~(${loss} "gradient";
     ${loss}.forward;
     ~~(${loss} "zero grads and backprop";
        ${loss}.zero_grads;
        ${loss.grad} =: 1;
        ${loss}.backprop))`;
}
