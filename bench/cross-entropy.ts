import { op, type Tensor } from 'einc';

/**
 * The sum over all examples of `-log(softmax(logits)[id])`, by the logarithm of a sum that cannot
 * overflow. `logits` has a last output axis of classes; `ids` has one of size 1.
 */
export function crossEntropy(logits: Tensor, ids: Tensor): Tensor {
  return op`
    shifted = ${logits} - stop_gradient(${logits} @^^ "...|i => ...|0");
    log_sum = log(exp(shifted) ++ "...|i => ...|0");
    log_sum - take_along(shifted, ${ids}) ++ "...|... => 0"`;
}
