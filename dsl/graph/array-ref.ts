/**
 * The arrays of a tensor. Generic over the type `T` that owns arrays, so that this file does not depend on `Tensor`, which
 * is built on it.
 */
import {
  type ArrayHandle,
  computeDtype,
  type DeviceArray,
  type DType,
  type Initial,
  type Span,
  type Tally,
  UserError,
} from '../../compiler/index.ts';
import { checkInitial } from '../dtype/check-initial.ts';
import { dtypeIn, type DTypeVar } from '../dtype/dtype-var.ts';
import { closeShapes } from '../shape/close.ts';
import { dimsOf } from '../shape/projections.ts';
import type { Shape } from '../shape/row.ts';
import { type PrimitiveHint, textOnly } from './no-number.ts';
import { type SourceOf, startOf } from './tensor-source.ts';

/** What its arrays need to know of a tensor. */
export interface ArrayOwner {
  readonly label: string | undefined;
  readonly hint: string;
  readonly shape: Shape;
  readonly dtypeVar: DTypeVar;
  readonly source: SourceOf<unknown>;
  readonly span: Span | undefined;
  toString(): string;
}

export type ArrayPart = 'value' | 'grad' | MergePart | Tally;

/** Values sent by another device for the value or the gradient. */
export type MergePart = 'merge' | 'grad.merge';

/**
 * One of a tensor's arrays: its value, its gradient, values sent by another device for one of these,
 * or the counts of backprop. All have its shape.
 */
export class ArrayRefOf<T extends ArrayOwner> implements ArrayHandle {
  readonly tensor: T;
  readonly part: ArrayPart;
  readonly #device = new Map<DType, DeviceArray>();
  #merge: ArrayRefOf<T> | undefined;

  constructor(tensor: T, part: ArrayPart) {
    this.tensor = tensor;
    this.part = part;
  }

  /**
   * The merge buffer: holds the values that another device has sent for this array, `p.grad =+ p.grad.merge`.
   * Code reads it but never writes it; the host may, with `ctx.write(p.grad.merge, values)`.
   */
  get merge(): ArrayRefOf<T> {
    if (this.#merge) return this.#merge;
    if (this.part !== 'value' && this.part !== 'grad') {
      const message = `\`${this.hint}\` has no merge buffer: only values and gradients have`;
      throw new UserError({ code: 'EINC0226', message });
    }
    this.#merge = new ArrayRefOf(this.tensor, this.part === 'value' ? 'merge' : 'grad.merge');
    return this.#merge;
  }

  get isMerge(): boolean {
    return this.part === 'merge' || this.part === 'grad.merge';
  }

  get label(): string | undefined {
    const { label } = this.tensor;
    return label === undefined || this.part === 'value' ? label : `${label}.${this.part}`;
  }

  /** The base of the array's name in dumps, made unique there. */
  get hint(): string {
    const { label, hint } = this.tensor;
    return this.part === 'value' ? (label ?? hint) : `${label ?? hint}.${this.part}`;
  }

  /** The dtypes in the contexts that have used it. */
  get dtypes(): readonly DType[] {
    return [...this.#device.keys()];
  }

  /** The same object each time, so that all routines of a context share one buffer. */
  deviceArray(contextDtype: DType): DeviceArray {
    const own = dtypeIn(this.tensor.dtypeVar, contextDtype);
    // Counts must be exact, and may exceed what a narrow float can represent.
    const isCount = this.part !== 'value' && this.part !== 'grad' && !this.isMerge;
    const dtype = isCount ? computeDtype(own) : own;
    const known = this.#device.get(dtype);
    if (known) return known;
    closeShapes([this.tensor.shape]);
    const dims = dimsOf(this.tensor.shape);
    const { initial } = this;
    checkInitial(initial, dtype, this.tensor);
    const array = { label: this.hint, dtype, dims, initial };
    this.#device.set(dtype, array);
    return array;
  }

  toString(): string {
    return `${this.hint}: the array of ${this.tensor.toString()}`;
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** As of a tensor. */
  [Symbol.toPrimitive](hint: PrimitiveHint): string {
    return textOnly(this, this.hint, hint);
  }

  get initial(): Initial {
    const { source } = this.tensor;
    // Gradients of parameters accumulate over runs, so they have an initial value; the others are computed.
    if (this.part === 'grad' && source.kind === 'param') return { kind: 'sum' };
    if (this.isMerge) return { kind: 'sent' };
    return this.part === 'value' ? startOf(source) : { kind: 'none' };
  }
}
