/**
 * Tensors: what the language computes with. A tensor has a shape, perhaps still open, an array for
 * its value and, if a parameter is among what it is computed from, one for its gradient.
 */
import {
  type ArrayHandle,
  type Assign,
  type DeviceArray,
  type DType,
  type Initial,
  type Origins,
  type Span,
  type StaticSymbol,
  type Tally,
  unreachable,
  UserError,
} from '../../compiler/index.ts';
import { closeShapes } from '../shape/close.ts';
import { dimsOf } from '../shape/projections.ts';
import type { Dim, Row, Shape } from '../shape/row.ts';
import { distinctNames } from './distinct-names.ts';
import type { OpenProjections } from './open-projections.ts';
import type { Operation } from './operation.ts';

/** Where a tensor's value comes from. */
export type TensorSource =
  /** Learned: has an initial value and a gradient. `from` is what computes the initial value. */
  | { readonly kind: 'param'; readonly initial: Initial; readonly from?: Tensor | undefined }
  /** Given by the host. */
  | { readonly kind: 'data'; readonly initial: Initial }
  /** Introduced by `cd` code that assigns it; keeps its value from run to run if it is read first. */
  | { readonly kind: 'state' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'symbol'; readonly symbol: StaticSymbol }
  /** The size of an axis, or of all axes of a row, of some shapes; settled when code is compiled. */
  | { readonly kind: 'dim'; readonly axis: Dim | Row; readonly shapes: readonly Shape[] }
  | { readonly kind: 'computed'; readonly by: Computation };

export interface TensorOptions {
  readonly label: string | undefined;
  /** Names an unlabelled tensor in dumps: `relu`, `matmul`. */
  readonly hint: string;
  readonly shape: Shape;
  readonly source: TensorSource;
  readonly origins: Origins;
}

export class Tensor implements ArrayHandle {
  readonly label: string | undefined;
  readonly hint: string;
  readonly shape: Shape;
  readonly source: TensorSource;
  readonly origins: Origins;
  /** Whether gradients flow through it: a parameter, or computed from one. */
  readonly requiresGrad: boolean;
  readonly value: ArrayRef;
  readonly #grad: ArrayRef | undefined;
  readonly #tallies = new Map<Tally, ArrayRef>();

  constructor({ label, hint, shape, source, origins }: TensorOptions) {
    this.label = label;
    this.hint = hint;
    this.shape = shape;
    this.source = source;
    this.origins = origins;
    this.requiresGrad =
      source.kind === 'param' ||
      (source.kind === 'computed' &&
        !source.by.operation.stops &&
        source.by.operands.some(t => t.requiresGrad));
    this.value = new ArrayRef(this, 'value');
    this.#grad = this.requiresGrad ? new ArrayRef(this, 'grad') : undefined;
  }

  /** Throws a `UserError` for a tensor that no gradient reaches: see `requiresGrad`. */
  get grad(): ArrayRef {
    if (this.#grad) return this.#grad;
    throw new UserError({
      code: 'EINC0402',
      message: `\`${this.label ?? this.hint}\` has no gradient`,
      labels: this.span ? [{ span: this.span }] : [],
      notes: ['gradients flow only to parameters and to what is computed from them'],
    });
  }

  /** What another device has sent for its value: see `ArrayRef.merge`. */
  get merge(): ArrayRef {
    return this.value.merge;
  }

  /** What backprop counts for each of its cells. */
  tally(tally: Tally): ArrayRef {
    const known = this.#tallies.get(tally);
    if (known) return known;
    const array = new ArrayRef(this, tally);
    this.#tallies.set(tally, array);
    return array;
  }

  /** The tensors it is computed from directly. */
  get operands(): readonly Tensor[] {
    return this.source.kind === 'computed' ? this.source.by.operands : [];
  }

  /** The tensor and all it is computed from, operands before the tensors they go into. */
  cone(): readonly Tensor[] {
    const cone = new Set<Tensor>();
    const entered = new Set<Tensor>();
    const visit = (t: Tensor): void => {
      if (entered.has(t)) return;
      entered.add(t);
      t.operands.forEach(visit);
      cone.add(t);
    };
    visit(this);
    return [...cone];
  }

  /** The parameters it is computed from, by name. Where two share a label, the second `w` is `w2`. */
  get params(): Readonly<Record<string, Tensor>> {
    const params = this.cone().filter(t => t.source.kind === 'param');
    const names = distinctNames(params.map(p => p.label ?? p.hint));
    return Object.fromEntries(params.map((p, i) => [names[i] ?? p.hint, p] as const));
  }

  /** One of them. Throws a `UserError` when there is none of that name. */
  param(name: string): Tensor {
    const { params } = this;
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    if (param) return param;
    const known = Object.keys(params).map(p => `\`${p}\``);
    throw new UserError({
      code: 'EINC0201',
      message: `\`${this.label ?? this.hint}\` has no parameter called \`${name}\``,
      notes: [known.length > 0 ? `its parameters are ${known.join(', ')}` : 'it has no parameters'],
    });
  }

  deviceArray(dtype: DType): DeviceArray {
    return this.value.deviceArray(dtype);
  }

  /** Where it was written, for errors about it. */
  get span(): Span | undefined {
    return this.origins[0];
  }
}

/** An operation applied to operands: how a tensor is computed. */
export interface Computation {
  readonly operation: Operation;
  readonly operands: readonly Tensor[];
  readonly projections: OpenProjections;
}

/** An assignment over arrays whose shapes may still be open. */
export type OpenAssign = Assign<ArrayRef, OpenProjections>;

export type ArrayPart = 'value' | 'grad' | MergePart | Tally;

/** What another device has sent for one of the first two. */
export type MergePart = 'merge' | 'grad.merge';

/**
 * One of a tensor's arrays: its value, its gradient, what another device has sent for one of these,
 * or what backprop counts. All have its shape.
 */
export class ArrayRef implements ArrayHandle {
  readonly tensor: Tensor;
  readonly part: ArrayPart;
  readonly #device = new Map<DType, DeviceArray>();
  #merge: ArrayRef | undefined;

  constructor(tensor: Tensor, part: ArrayPart) {
    this.tensor = tensor;
    this.part = part;
  }

  /**
   * The merge buffer: holds what another device has sent for this array, `p.grad =+ p.grad.merge`.
   * Code reads it and never writes it; the host may, with `ctx.write(p.grad.merge, values)`.
   */
  get merge(): ArrayRef {
    if (this.#merge) return this.#merge;
    if (this.part !== 'value' && this.part !== 'grad') {
      const message = `\`${this.hint}\` has no merge buffer: only values and gradients have`;
      throw new UserError({ code: 'EINC0226', message });
    }
    this.#merge = new ArrayRef(this.tensor, this.part === 'value' ? 'merge' : 'grad.merge');
    return this.#merge;
  }

  get isMerge(): boolean {
    return this.part === 'merge' || this.part === 'grad.merge';
  }

  get label(): string | undefined {
    const { label } = this.tensor;
    return label === undefined || this.part === 'value' ? label : `${label}.${this.part}`;
  }

  /** What names the array in dumps, made unique there. */
  get hint(): string {
    const { label, hint } = this.tensor;
    return this.part === 'value' ? (label ?? hint) : `${label ?? hint}.${this.part}`;
  }

  /** The same object each time, so that all routines of a context share one buffer. */
  deviceArray(dtype: DType): DeviceArray {
    const known = this.#device.get(dtype);
    if (known) return known;
    closeShapes([this.tensor.shape]);
    const dims = dimsOf(this.tensor.shape);
    const array = { label: this.hint, dtype, dims, initial: this.#initial() };
    this.#device.set(dtype, array);
    return array;
  }

  #initial(): Initial {
    const { source } = this.tensor;
    // Gradients of parameters add up from run to run, so they start somewhere; the others are computed.
    if (this.part === 'grad' && source.kind === 'param') return { kind: 'fill', value: 0 };
    if (this.isMerge) return { kind: 'sent' };
    if (this.part !== 'value') return { kind: 'none' };
    switch (source.kind) {
      case 'param':
      case 'data':
        return source.initial;
      case 'state':
        return { kind: 'fill', value: 0 };
      case 'constant':
        return { kind: 'fill', value: source.value };
      case 'symbol':
      case 'dim':
      case 'computed':
        return { kind: 'none' };
      default:
        return unreachable(source);
    }
  }
}
