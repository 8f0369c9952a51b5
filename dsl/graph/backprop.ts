/** The code that passes a tensor's gradient down to all it was computed from. */
import { adjointOf, type Tally } from '../../compiler/index.ts';
import { forwardOf, instantiate } from './apply.ts';
import type { SlotAssign } from './operation.ts';
import { neededOf } from './own-arrays.ts';
import type { ArrayRef, OpenAssign, Tensor } from './tensor.ts';

/**
 * Reverse order of the forward code. The gradient of a computed tensor starts with its first
 * contribution, whatever it held; the gradients of parameters accumulate over runs of this code
 * until they are zeroed, and that of `root` is the caller's to set.
 */
export function backpropOf(root: Tensor): readonly OpenAssign[] {
  const begun = new Set<ArrayRef>();
  const code: OpenAssign[] = [];
  for (const tensor of root.cone().toReversed()) {
    // Nothing has passed this one a gradient, as with the condition of `where`.
    if (tensor !== root && tensor.requiresGrad && !begun.has(tensor.grad)) continue;
    for (const a of contributionsOf(tensor, ownGradient)) {
      const { node } = a.target;
      const starts = node.tensor.source.kind === 'computed' && !begun.has(node);
      begun.add(node);
      code.push(starts ? { ...a, reset: true } : a);
    }
  }
  return code;
}

/** Where the gradient of a tensor is held; undefined for one that none is wanted for. */
export type GradientOf = (tensor: Tensor) => ArrayRef | undefined;

/** What the gradient of one tensor adds to those of its operands. */
export function contributionsOf(tensor: Tensor, gradientOf: GradientOf): readonly OpenAssign[] {
  if (tensor.source.kind !== 'computed' || !gradientOf(tensor)) return [];
  const { operation, operands } = tensor.source.by;
  const ofArray = (array: ArrayRef): ArrayRef | undefined =>
    array.part === 'value' ? gradientOf(array.tensor) : undefined;
  if (!operation.backward) {
    const forward = forwardOf(tensor);
    return forward.toReversed().flatMap(a => adjointOf(asTerm(a, forward), ofArray, tallyOf));
  }
  const isWanted = ({ target }: SlotAssign): boolean => {
    const operand = operands[target.node.operand - 1];
    return operand !== undefined && gradientOf(operand) !== undefined;
  };
  return neededOf(operation.backward, isWanted).map(a => instantiate(a, tensor, gradientOf));
}

/**
 * Among several assignments that add up to a value, none is all of it: so the adjoint must not take
 * the value for what this one assigned.
 */
function asTerm(a: OpenAssign, { length }: readonly OpenAssign[]): OpenAssign {
  return length > 1 && a.op === 'set' ? { ...a, op: 'add', reset: true } : a;
}

export function tallyOf({ tensor }: ArrayRef, tally: Tally): ArrayRef {
  return tensor.tally(tally);
}

function ownGradient(tensor: Tensor): ArrayRef | undefined {
  return tensor.requiresGrad ? tensor.grad : undefined;
}
