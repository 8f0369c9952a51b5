import {
  type Access,
  access,
  type Assign,
  type DType,
  type Scalar,
  type Span,
} from '../../compiler/index.ts';
import type { Block } from '../shape/blocks.ts';
import type { Logic } from '../shape/logic.ts';
import type { Dim } from '../shape/row.ts';

/**
 * An operation in the abstract: which shapes it takes and the code it stands for, over its result
 * (operand 0) and operands 1, 2, 3. `backward` is for ops that bring their own derivative, which may
 * be none at all; the others are derived from `forward`.
 */
export interface Operation {
  /** As written: `*`, `relu`. */
  readonly operator: string;
  /** Names unlabelled results: `matmul`, `relu`. */
  readonly hint: string;
  readonly logic: Logic;
  readonly forward: readonly SlotAssign[];
  readonly backward: readonly SlotAssign[] | undefined;
  /** Its result has this dtype, whatever its operand has; otherwise they have one, as the code says. */
  readonly converts?: DType;
  /** Its result has these output axes; if there are none, those of what it meets, as a parameter has. */
  readonly grows?: readonly Dim[];
}

/** Whether it is not flat wherever it is defined: `backward` may say that nothing flows. */
export function isDifferentiable({ backward }: Operation): boolean {
  return backward?.length !== 0;
}

/** `v1` is the value of operand 1, `g` the gradient of the result. */
export interface Slot {
  readonly part: 'value' | 'grad';
  readonly operand: number;
  /** Instead of the operand itself, an array of the operation's own in its shape. */
  readonly own?: OwnArray | undefined;
}

/** `{ mask_rhs1 } =: …` in the code of an operation: each application has one of its own. */
export interface OwnArray {
  readonly name: string;
  readonly span: Span;
}

/** Over all of the operation's axes, those of one block of a concatenation, or those of some slots. */
export type SlotAssign = Assign<Slot, Block | SlotAxes | undefined>;

/** The axes that these slots have. */
export interface SlotAxes {
  readonly slots: readonly number[];
}

/** `at`: the positions that the logic leaves to the run. */
export function slotAccess(
  part: Slot['part'],
  operand: number,
  at: readonly Scalar<Slot>[] = [],
): Access<Slot> {
  return access({ part, operand }, operand, at);
}
