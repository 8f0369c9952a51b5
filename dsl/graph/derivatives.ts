import { mapAccesses, type Scalar, scalarConst } from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import { type Derivation, sumLike, tensorLike } from './like.ts';
import { type Slot, slotAccess, type SlotAssign } from './operation.ts';
import { ArrayRef, type OpenAssign, type Tensor } from './tensor.ts';

/**
 * The derivatives so far, by the arrays that assignments about them use: placeholder arrays that never exist,
 * because the assignments become tensors.
 */
export class Derivatives {
  readonly #by: Derivation;
  readonly #arrays = new Map<Tensor, ArrayRef>();
  readonly #tensors = new Map<ArrayRef, Tensor>();

  constructor(by: Derivation) {
    this.#by = by;
  }

  get solver(): Solver {
    return this.#by.solver;
  }

  arrayOf(tensor: Tensor): ArrayRef {
    const array = this.#arrays.get(tensor) ?? new ArrayRef(tensor, 'grad');
    this.#arrays.set(tensor, array);
    return array;
  }

  isKnown(tensor: Tensor): boolean {
    return this.#tensors.has(this.arrayOf(tensor));
  }

  /** The derivatives of these tensors, where they have one. */
  known(tensors: readonly Tensor[]): ReadonlyMap<Tensor, Tensor> {
    return new Map(
      tensors.flatMap(t => {
        const derivative = this.#tensors.get(this.arrayOf(t));
        return derivative ? [[t, derivative] as const] : [];
      }),
    );
  }

  /** The initial derivative (seed), broadcast to the tensor's shape. */
  start(tensor: Tensor, derivative: Tensor): void {
    const isConstant = derivative.source.kind === 'constant';
    const value = isConstant ? derivative : sumLike(tensor, [derivative], this.#by);
    this.#tensors.set(this.arrayOf(tensor), value);
  }

  /** The value of an assignment is a term of the derivative it assigns. */
  assign(a: OpenAssign): void {
    const { node } = a.target;
    const operands: Tensor[] = [];
    const slotted = (scalar: Scalar<ArrayRef>): Scalar<Slot> =>
      mapAccesses(scalar, (read, at): Scalar<Slot> => {
        const tensor = this.#tensors.get(read.node) ?? read.node.tensor;
        if (tensor.source.kind === 'constant') return scalarConst(tensor.source.value);
        if (!operands.includes(tensor)) operands.push(tensor);
        return { ...slotAccess('value', operands.indexOf(tensor) + 1, at), slot: read.slot };
      });
    const value = slotted(a.value);
    const target = { ...slotAccess('value', 0, a.target.at.map(slotted)), slot: a.target.slot };
    const reset = a.op !== 'set';
    const whole = { ...a, keeps: false };
    const forward: SlotAssign = { ...whole, target, reset, value, projections: undefined };
    const by = { operands, projections: a.projections };
    const term = tensorLike(node.tensor, [forward], by, this.#by.kind);
    if (a.op === 'set' || a.reset) this.#tensors.set(node, term);
    else this.#addTo(node, term);
  }

  /** A term, broadcast to the tensor's shape. */
  add(tensor: Tensor, term: Tensor): void {
    this.#addTo(this.arrayOf(tensor), term);
  }

  /** In the tensor's shape; zero if there are no terms. */
  tensorOf(tensor: Tensor): Tensor {
    return this.find(tensor) ?? sumLike(tensor, [], this.#by);
  }

  /** A computed tensor, in the shape of the other; undefined if there are no terms. */
  find(tensor: Tensor): Tensor | undefined {
    const found = this.#tensors.get(this.arrayOf(tensor));
    return !found || found.source.kind === 'computed' ? found : sumLike(tensor, [found], this.#by);
  }

  #addTo(array: ArrayRef, term: Tensor): void {
    const before = this.#tensors.get(array);
    const { tensor } = array;
    this.#tensors.set(array, before ? sumLike(tensor, [before, term], this.#by) : term);
  }
}
