/**
 * Tensors: what the language computes with. A tensor has a shape, perhaps still open, an array for
 * its value and, if a parameter is among what it is computed from, one for its gradient.
 */
import {
  type ArrayHandle,
  type Assign,
  type Code,
  computeDtype,
  type DeviceArray,
  type DType,
  type Initial,
  type Origins,
  type Span,
  type Tally,
  UserError,
} from '../../compiler/index.ts';
import { checkInitial } from '../dtype/check-initial.ts';
import { dtypeIn, type DTypeVar, resolveDType } from '../dtype/dtype-var.ts';
import { closeShapes } from '../shape/close.ts';
import { dimsOf } from '../shape/projections.ts';
import type { Shape } from '../shape/row.ts';
import { coneOf } from './cone.ts';
import { distinctNames } from './distinct-names.ts';
import { type Explanation, explanationOf, headOf, printExplanation } from './explanation.ts';
import type { OpenProjections } from './open-projections.ts';
import { isDifferentiable } from './operation.ts';
import { hasPoles } from './poles.ts';
import {
  type ComputationOf,
  operandsOf,
  type ScanCarryOf,
  type ScanOf,
  type ScanResultOf,
  type ScanSliceOf,
  type SourceOf,
  startOf,
  whatIs,
} from './tensor-source.ts';

export type TensorSource = SourceOf<Tensor>;
export type Computation = ComputationOf<Tensor>;
export type Scan = ScanOf<Tensor>;
export type ScanCarry = ScanCarryOf<Tensor>;
export type ScanSlice = ScanSliceOf<Tensor>;
export type ScanResult = ScanResultOf<Tensor>;

export interface TensorOptions {
  readonly label: string | undefined;
  /** Names an unlabelled tensor in dumps: `relu`, `matmul`. */
  readonly hint: string;
  readonly shape: Shape;
  readonly dtype: DTypeVar;
  readonly source: TensorSource;
  readonly origins: Origins;
}

export class Tensor implements ArrayHandle {
  readonly label: string | undefined;
  readonly hint: string;
  readonly shape: Shape;
  /** Shared with the tensors it is computed with. */
  readonly dtypeVar: DTypeVar;
  readonly source: TensorSource;
  readonly origins: Origins;
  /** Whether gradients flow through it: a parameter, or computed from one. */
  readonly requiresGrad: boolean;
  /** Whether it is infinite or NaN at poles of what it is computed by, cell by cell: `log(x)`. */
  readonly mayBeInfinite: boolean;
  readonly value: ArrayRef;
  /** The tensors it is computed from directly. */
  readonly operands: readonly Tensor[];
  readonly #grad: ArrayRef | undefined;
  readonly #tallies = new Map<Tally, ArrayRef>();

  constructor({ label, hint, shape, dtype, source, origins }: TensorOptions) {
    this.label = label;
    this.hint = hint;
    this.shape = shape;
    this.dtypeVar = dtype;
    this.source = source;
    this.origins = origins;
    this.operands = operandsOf(source);
    this.requiresGrad = source.kind === 'param' || this.changesWith(t => t.requiresGrad);
    this.mayBeInfinite =
      source.kind === 'computed' && hasPoles(source.by.operation, source.by.operands);
    this.value = new ArrayRef(this, 'value');
    this.#grad = this.requiresGrad ? new ArrayRef(this, 'grad') : undefined;
  }

  /** Whether it moves along with an operand of which `moves` is true: what is flat does not. */
  changesWith(moves: (operand: Tensor) => boolean): boolean {
    const { source } = this;
    if (source.kind === 'computed' && !isDifferentiable(source.by.operation)) return false;
    return this.operands.some(moves);
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

  /** The tensor and all it is computed from, operands before the tensors they go into. */
  cone(): readonly Tensor[] {
    return coneOf<Tensor>([this]);
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

  /** Undefined while nothing decides it; then it is the context's. */
  get dtype(): DType | undefined {
    return resolveDType(this.dtypeVar).decision?.dtype;
  }

  deviceArray(dtype: DType): DeviceArray {
    return this.value.deviceArray(dtype);
  }

  /**
   * Its shape, and for each axis its size and why it has it, as text. What is open stays open and is
   * shown as `?` or `…`.
   */
  explain(): string {
    return printExplanation(this.explanation());
  }

  /** Its name, its shape and what it is: `y: 80, 10 | 16, computed by \`relu\` (program.ts:8:14)`. */
  toString(): string {
    return headOf(this.explanation());
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** The same as `explain`, as data. */
  explanation(): Explanation {
    const { shape, source, span } = this;
    const name = this.label ?? this.hint;
    return explanationOf({
      ...{ name, what: whatIs(source), span, shape, initial: this.value.initial },
      operands: explainedOperands(this).map(t => ({ name: t.label ?? t.hint, shape: t.shape })),
      dtype: resolveDType(this.dtypeVar).decision,
      dtypes: this.value.dtypes,
    });
  }

  /** Where it was written, for errors about it. */
  get span(): Span | undefined {
    return this.origins[0];
  }
}

/** The turns of a scan are no tensor to anyone else: of what they make, what they run over is told. */
function explainedOperands({ source, operands }: Tensor): readonly Tensor[] {
  return source.kind === 'scanned' ? source.run.operands : operands;
}

/** An assignment over arrays whose shapes may still be open. */
export type OpenAssign = Assign<ArrayRef, OpenProjections>;

export type OpenCode = Code<ArrayRef, OpenProjections>;

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

  /** Of the contexts that have used it. */
  get dtypes(): readonly DType[] {
    return [...this.#device.keys()];
  }

  /** The same object each time, so that all routines of a context share one buffer. */
  deviceArray(contextDtype: DType): DeviceArray {
    const own = dtypeIn(this.tensor.dtypeVar, contextDtype);
    // What is counted has to be exact, and there may be more of it than a narrow float can tell.
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

  get initial(): Initial {
    const { source } = this.tensor;
    // Gradients of parameters add up from run to run, so they start somewhere; the others are computed.
    if (this.part === 'grad' && source.kind === 'param') return { kind: 'sum' };
    if (this.isMerge) return { kind: 'sent' };
    return this.part === 'value' ? startOf(source) : { kind: 'none' };
  }
}
