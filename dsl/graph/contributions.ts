/** The contributions of one tensor's gradient to those of its operands. */
import { adjointOf, type Tally } from '../../compiler/index.ts';
import { forwardOf, instantiate } from './apply.ts';
import type { SlotAssign } from './operation.ts';
import { neededOf } from './own-arrays.ts';
import type { ArrayRef, OpenAssign, Tensor } from './tensor.ts';

/** The array of a tensor's gradient; undefined if no gradient is wanted. */
export type GradientOf = (tensor: Tensor) => ArrayRef | undefined;

export function contributionsOf(tensor: Tensor, gradientOf: GradientOf): readonly OpenAssign[] {
  if (tensor.source.kind !== 'computed' || !gradientOf(tensor)) return [];
  const { operation, operands } = tensor.source.by;
  const ofArray = (array: ArrayRef): ArrayRef | undefined =>
    array.part === 'value' ? gradientOf(array.tensor) : undefined;
  if (!operation.backward) {
    const forward = forwardOf(tensor);
    return forward
      .toReversed()
      .flatMap(a => adjointOf(asTerm(a, forward), ofArray, tallyOf, infiniteOf));
  }
  const isWanted = ({ target }: SlotAssign): boolean => {
    const operand = operands[target.node.operand - 1];
    return operand !== undefined && gradientOf(operand) !== undefined;
  };
  return neededOf(operation.backward, isWanted).map(a => instantiate(a, tensor, gradientOf));
}

/**
 * If several assignments accumulate a value, none is all of it, so its adjoint must not use
 * the value as if this assignment alone had computed it.
 */
function asTerm(a: OpenAssign, { length }: readonly OpenAssign[]): OpenAssign {
  return length > 1 && a.op === 'set' ? { ...a, op: 'add', reset: true } : a;
}

/**
 * A sum of possibly infinite values counts as finite: otherwise most of a network after a softmax would count as
 * possibly infinite.
 */
export function infiniteOf({ part, tensor }: ArrayRef): boolean {
  return part === 'value' && tensor.mayBeInfinite;
}

export function tallyOf({ tensor }: ArrayRef, tally: Tally): ArrayRef {
  return tensor.tally(tally);
}
