/**
 * Tensors: the values of the language. A tensor has a shape, which may still be open, an array for its value and,
 * if it is computed from a parameter, one for its gradient.
 */
import {
  type ArrayHandle,
  type Assign,
  type Code,
  type DeviceArray,
  type DType,
  type Origins,
  type Span,
  type Tally,
  UserError,
} from '../../compiler/index.ts';
import { type DTypeVar, resolveDType } from '../dtype/dtype-var.ts';
import type { Shape } from '../shape/row.ts';
import { type ArrayPart, ArrayRefOf } from './array-ref.ts';
import { coneOf } from './cone.ts';
import { distinctNames } from './distinct-names.ts';
import { type Explanation, explanationOf, headOf, printExplanation } from './explanation.ts';
import { type PrimitiveHint, textOnly } from './no-number.ts';
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
  whatIs,
} from './tensor-source.ts';

export type TensorSource = SourceOf<Tensor>;
export type Computation = ComputationOf<Tensor>;
export type Scan = ScanOf<Tensor>;
export type ScanCarry = ScanCarryOf<Tensor>;
export type ScanSlice = ScanSliceOf<Tensor>;
export type ScanResult = ScanResultOf<Tensor>;

/** One of a tensor's arrays: its value, its gradient, values sent for one of these, or a count. */
export type ArrayRef = ArrayRefOf<Tensor>;
export const ArrayRef: new (tensor: Tensor, part: ArrayPart) => ArrayRef = ArrayRefOf;

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
  /** Whether element-wise operations may give infinities or NaN at poles, as `log(x)` does; sums do not count. */
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

  /**
   * Whether it varies with an operand for which `moves` holds; results of operations with zero derivative (`floor`)
   * do not.
   */
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

  /** Values sent by another device for its value: see `ArrayRef.merge`. */
  get merge(): ArrayRef {
    return this.value.merge;
  }

  /** The counts of backprop for each of its cells. */
  tally(tally: Tally): ArrayRef {
    const known = this.#tallies.get(tally);
    if (known) return known;
    const array = new ArrayRef(this, tally);
    this.#tallies.set(tally, array);
    return array;
  }

  /** The tensor and everything it is computed from, operands first. */
  cone(): readonly Tensor[] {
    return coneOf<Tensor>([this]);
  }

  /** The parameters it is computed from, by name. If two share a label, the second `w` is `w2`. */
  get params(): Readonly<Record<string, Tensor>> {
    const params = this.cone().filter(t => t.source.kind === 'param');
    const names = distinctNames(params.map(p => p.label ?? p.hint));
    return Object.fromEntries(params.map((p, i) => [names[i] ?? p.hint, p] as const));
  }

  /** One of them. Throws a `UserError` if there is none of that name. */
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

  /** Undefined while undecided; then it is the context's. */
  get dtype(): DType | undefined {
    return resolveDType(this.dtypeVar).decision?.dtype;
  }

  deviceArray(dtype: DType): DeviceArray {
    return this.value.deviceArray(dtype);
  }

  /**
   * Its shape, and for each axis its size and the reason, as text. Undetermined sizes and rows are
   * shown as `?` or `…`.
   */
  explain(): string {
    return printExplanation(this.explanation());
  }

  /** Its name, shape and kind: `y: 80, 10 | 16, computed by \`relu\` (program.ts:8:14)`. */
  toString(): string {
    return headOf(this.explanation());
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Throws a `UserError` where JavaScript would compute with it: `x < 1`, `x + 1`. */
  [Symbol.toPrimitive](hint: PrimitiveHint): string {
    return textOnly(this, this.label ?? this.hint, hint);
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

/** A scan's run is internal: its results are explained by the operands of the run. */
function explainedOperands({ source, operands }: Tensor): readonly Tensor[] {
  return source.kind === 'scanned' ? source.run.operands : operands;
}

/** An assignment over arrays whose shapes may still be open. */
export type OpenAssign = Assign<ArrayRef, OpenProjections>;

export type OpenCode = Code<ArrayRef, OpenProjections>;
