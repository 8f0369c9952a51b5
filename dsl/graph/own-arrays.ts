/**
 * The arrays that an operation's own code introduces. In `forward` each assignment to one makes a
 * tensor, so that they are differentiated; in `backward` they are arrays like the gradients.
 */
import { accessesOf, assign, mapAccesses, type Scalar, scalarApply } from '../../compiler/index.ts';
import type { DTypeVar } from '../dtype/dtype-var.ts';
import type { OpenProjections } from './open-projections.ts';
import {
  type Operation,
  type OwnArray,
  type Slot,
  slotAccess,
  type SlotAssign,
} from './operation.ts';
import { type ArrayRef, type Computation, Tensor } from './tensor.ts';

/** The dtype of an operation's result for given operands. */
type DTypeOf = (operation: Operation, operands: readonly Tensor[]) => DTypeVar;

/** A computation whose own arrays have become operands, after the given ones. */
export function withOwnArrays(whole: Computation, dtypeOf: DTypeOf): Computation {
  const { operation, projections } = whole;
  if (!operation.forward.some(a => a.target.node.own)) return whole;
  const arrays = new OwnArrays(whole, dtypeOf);
  const operands = [...whole.operands];
  const forward = operation.forward.flatMap(a => {
    if (a.target.node.own) arrays.assign(a, a.target.node.own);
    return a.target.node.own ? [] : [{ ...a, value: arrays.over(a.value, operands) }];
  });
  return { operation: { ...operation, forward }, operands, projections };
}

class OwnArrays {
  readonly #whole: Computation;
  readonly #dtypeOf: DTypeOf;
  /** The current value of each. */
  readonly #tensors = new Map<OwnArray, Tensor>();

  constructor(whole: Computation, dtypeOf: DTypeOf) {
    this.#whole = whole;
    this.#dtypeOf = dtypeOf;
  }

  assign(a: SlotAssign, own: OwnArray): void {
    const before = a.op === 'set' || a.reset ? undefined : this.#tensors.get(own);
    this.#tensors.set(own, before ? this.#changed(before, a, own) : this.#tensor(a, own));
  }

  /** `=+` and `=-`: the value added or subtracted is computed first. */
  #changed(before: Tensor, a: SlotAssign, own: OwnArray): Tensor {
    const term = this.#tensor({ ...a, op: 'add', reset: true }, own);
    const at = (operand: number): Scalar<Slot> => {
      return { ...slotAccess('value', operand), slot: a.target.slot };
    };
    const value = scalarApply(a.op === 'sub' ? 'sub' : 'add', at(1), at(2));
    const over = { slots: [a.target.slot] };
    const both = assign(a.target, { op: 'set' }, value, over, a.origins);
    return this.#made(both, own, [before, term]);
  }

  /** A value over `operands`, to which the operands that it reads are added. */
  over(value: Scalar<Slot>, operands: Tensor[]): Scalar<Slot> {
    return mapAccesses(value, access => {
      const { own, operand } = access.node;
      const tensor = own ? this.#tensors.get(own) : this.#whole.operands[operand - 1];
      if (!tensor) return access;
      if (!operands.includes(tensor)) operands.push(tensor);
      return { ...access, node: { part: 'value', operand: operands.indexOf(tensor) + 1 } };
    });
  }

  #tensor(a: SlotAssign, own: OwnArray): Tensor {
    const operands: Tensor[] = [];
    const value = this.over(a.value, operands);
    return this.#made({ ...a, value }, own, operands);
  }

  #made(a: SlotAssign, { name, span }: OwnArray, operands: readonly Tensor[]): Tensor {
    const { operation, projections } = this.#whole;
    const { slot } = a.target;
    const target = { ...slotAccess('value', 0), slot };
    const shape = projections.slots[slot];
    if (!shape) throw new TypeError(`there is no operand ${slot}`);
    const by = {
      operation: { ...operation, forward: [{ ...a, target }], backward: undefined },
      operands,
      projections,
    };
    return new Tensor({
      label: undefined,
      hint: name,
      shape,
      dtype: this.#dtypeOf(by.operation, operands),
      source: { kind: 'computed', by },
      origins: [span],
    });
  }
}

const arraysOf = new WeakMap<Tensor, Map<OwnArray, Tensor>>();

/** An own array of the backward code of the operation that computed `result`. */
export function ownArray(
  result: Tensor,
  own: OwnArray,
  slot: number,
  projections: OpenProjections,
): ArrayRef {
  const known = arraysOf.get(result) ?? new Map<OwnArray, Tensor>();
  arraysOf.set(result, known);
  const tensor = known.get(own) ?? stateIn(projections, own, slot, result);
  known.set(own, tensor);
  return tensor.value;
}

/** Has the dtype of the gradient that the code propagates. */
function stateIn(
  { slots }: OpenProjections,
  { name, span }: OwnArray,
  slot: number,
  { dtypeVar: dtype }: Tensor,
): Tensor {
  const shape = slots[slot];
  if (!shape) throw new TypeError(`there is no operand ${slot}`);
  return new Tensor({
    label: undefined,
    hint: name,
    shape,
    dtype,
    source: { kind: 'state' },
    origins: [span],
  });
}

/** The parts of backward code that are needed: assignments to wanted gradients, and their dependencies. */
export function neededOf(
  backward: readonly SlotAssign[],
  isWanted: (a: SlotAssign) => boolean,
): readonly SlotAssign[] {
  const read = new Set<OwnArray>();
  const needed = backward.toReversed().filter(a => {
    const { own } = a.target.node;
    const isNeeded = own ? read.has(own) : isWanted(a);
    if (isNeeded) accessesOf(a.value).forEach(({ node }) => node.own && read.add(node.own));
    return isNeeded;
  });
  return needed.toReversed();
}
