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
 * An abstract operation: the shapes it accepts and the code it stands for, over its result
 * (operand 0) and operands 1, 2, 3. `backward` is for ops that supply their own derivative, possibly
 * none at all; the others are differentiated from `forward`.
 */
export interface Operation {
  /** As written: `*`, `relu`. */
  readonly operator: string;
  /** Names unlabelled results: `matmul`, `relu`. */
  readonly hint: string;
  readonly logic: Logic;
  readonly forward: readonly SlotAssign[];
  readonly backward: readonly SlotAssign[] | undefined;
  /** The fixed dtype of its result; if undefined, result and operands have the dtypes that the code implies. */
  readonly converts?: DType;
  /** The output axes of its result; if empty, those of its use, as for a parameter. */
  readonly grows?: readonly Dim[];
}

/** Whether its derivative is not zero everywhere; `backward` may say that no gradient flows. */
export function isDifferentiable({ backward }: Operation): boolean {
  return backward?.length !== 0;
}

/** `v1` is the value of operand 1, `g` the gradient of the result. */
export interface Slot {
  readonly part: 'value' | 'grad';
  readonly operand: number;
  /** Instead of the operand itself, an array of the operation's own with its shape. */
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

/** `at`: the dynamic positions in the logic. */
export function slotAccess(
  part: Slot['part'],
  operand: number,
  at: readonly Scalar<Slot>[] = [],
): Access<Slot> {
  return access({ part, operand }, operand, at);
}
