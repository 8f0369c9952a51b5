/** The constraints of an einsum spec: equal names are equal axes, or equal rows. */
import type {
  AxisAffine,
  AxisConcat,
  AxisLabel,
  AxisSpec,
  RowSpec,
  ShapeSpec,
  Spec,
} from '../language/ast-einsum.ts';
import { newAxis } from './axis.ts';
import { type Block, axesIn, labelsIn } from './blocks.ts';
import {
  type Constraint,
  type Dim,
  type DimTerm,
  type DimVar,
  dimVar,
  ofResult,
  type DimSum,
  type Place,
  RESULT,
  type Row,
  rowKinds,
  type RowVar,
  rowVar,
  type Shape,
  type Size,
  sizeOf,
  type Use,
  type Why,
} from './row.ts';

export function einsum(
  spec: Spec,
  [result, ...operands]: readonly Shape[],
  use: Use,
  block?: Block,
): readonly Constraint[] {
  return readingOf(spec, result, operands, use, block).constraints;
}

/** The dims or row that a label or a row variable of a spec stands for, between these shapes. */
export function captured(
  name: string,
  spec: Spec,
  [result, ...operands]: readonly Shape[],
  use: Use,
): { readonly axis: Dim | Row; readonly constraints: readonly Constraint[] } | undefined {
  const reading = readingOf(spec, result, operands, use);
  const axis = reading.named(name);
  return axis && { axis, constraints: reading.constraints };
}

function readingOf(
  spec: Spec,
  result: Shape | undefined,
  operands: readonly Shape[],
  use: Use,
  block?: Block,
): SpecReading {
  const reading = new SpecReading(spec, use, { block });
  operands.forEach((shape, i) => reading.shape(shape, spec.operands[i], i));
  if (result) reading.shape(result, spec.result, RESULT);
  return reading;
}

/** The result is the padded operand; the other operands only determine the width of the padding. */
export function padding(
  spec: Spec,
  padded: number,
  [result, ...operands]: readonly Shape[],
  use: Use,
): readonly Constraint[] {
  const reading = new SpecReading(spec, use, {});
  operands.forEach((shape, i) => reading.shape(shape, spec.operands[i], i, i === padded));
  if (result) reading.shape(result, spec.operands[padded], padded);
  return reading.constraints;
}

/** Whether an operand has axes that must be padded. */
export function needsPadding(shape: ShapeSpec): boolean {
  return axesIn(shape).some(axis => axis.kind === 'affine' && axis.isPadded && axis.kernel);
}

interface ReadingOptions {
  readonly block?: Block | undefined;
}

/** One use of a spec: its variables, and the constraints so far. */
class SpecReading {
  readonly constraints: Constraint[] = [];
  readonly #use: Use;
  readonly #block: Block | undefined;
  readonly #rests: ReadonlySet<string>;
  readonly #dims = new Map<string, DimVar>();
  readonly #rows = new Map<string, RowVar>();

  constructor(spec: Spec, use: Use, { block }: ReadingOptions) {
    this.#use = use;
    this.#block = block;
    this.#rests = restsOf(spec);
  }

  /** `isBare`: axes without the padding that the spec asks for. */
  shape(shape: Shape, written: ShapeSpec | undefined, slot: number, isBare = false): void {
    if (!written) return;
    for (const row of rowKinds) {
      const why = { ...ofResult(this.#use, slot, row), left: slot };
      const b = this.#row(written[row], why, isBare);
      this.constraints.push({ kind: 'row-eq', a: shape[row], b, why });
    }
  }

  named(name: string): Dim | Row | undefined {
    const rest = this.#rows.get(name);
    return rest ? { lead: [], rest, trail: [] } : this.#dims.get(name);
  }

  #row({ lead, rowVar: name, trail }: RowSpec, why: Why, isBare: boolean): Row {
    const rest = name && named(this.#rows, name.text, () => rowVar());
    const dims = (axes: readonly AxisSpec[]): Dim[] =>
      axes.map(axis => this.#dim(axis, why, isBare));
    return { lead: dims(lead), rest, trail: dims(trail) };
  }

  #dim(axis: AxisSpec, why: Why, isBare: boolean): Dim {
    switch (axis.kind) {
      case 'label':
        return this.#label(axis, why);
      case 'fixed':
        return dimVar({ fixed: axis.index });
      case 'any':
        return dimVar({ hides: true });
      case 'affine':
        return this.#affine(axis, why, isBare);
      case 'concat':
        return this.#concat(axis, why);
    }
  }

  #label({ name, size, span }: AxisLabel, why: Why): Dim {
    const isRest = this.#rests.has(name);
    const variable = named(this.#dims, name, () => dimVar({ label: name, hides: true, isRest }));
    if (size !== undefined) {
      const b = ownSize(size, { text: `the spec says \`${name}:${size}\``, span });
      this.constraints.push({ kind: 'dim-eq', a: variable, b, why });
    }
    return variable;
  }

  #affine(axis: AxisAffine, why: Why, isBare: boolean): Dim {
    const { over, stride, kernel, dilation, offset } = axis;
    const steps = { coeff: stride, dim: this.#label(over, why) };
    const inner = kernel && { coeff: dilation, dim: this.#label(kernel, why) };
    if (!inner || (isBare && axis.isPadded)) {
      const place = { loops: [steps], offset, behind: [] };
      return this.#sum(axis, { constant: 0, terms: [steps], place }, why);
    }
    const terms = [steps, inner];
    const constant = 1 - stride - dilation + offset;
    const place = { loops: terms, offset, behind: [] };
    return this.#sum(axis, { constant, terms, window: inner.dim, place }, why);
  }

  #concat(axis: AxisConcat, why: Why): Dim {
    const parts = axis.parts.map(part =>
      part.kind === 'label'
        ? this.#label(part, why)
        : ownSize(part.index, { text: 'the spec says so', span: part.span }),
    );
    const terms = parts.map(dim => ({ coeff: 1, dim }));
    const chosen = this.#block?.parts.get(axis);
    const place = chosen === undefined ? undefined : partPlace(terms, chosen);
    return this.#sum(axis, { constant: 0, terms, place }, why);
  }

  #sum(
    axis: AxisSpec,
    sum: Pick<DimSum, 'constant' | 'terms' | 'window' | 'place'>,
    why: Why,
  ): Dim {
    const whole = dimVar();
    const text = textOfAxis(axis);
    this.constraints.push({ kind: 'dim-sum', whole, ...sum, text, why });
    return whole;
  }
}

function partPlace(terms: readonly DimTerm[], chosen: number): Place {
  const behind = terms.slice(0, chosen).map(term => term.dim);
  return { loops: terms.slice(chosen, chosen + 1), offset: 0, behind };
}

/** A size literal in the spec has a loop of its own, which no operand determines. */
function ownSize(size: number, because: Size['because']): Size {
  return { ...sizeOf(size, because), axis: newAxis(size) };
}

/** Labels that occur once, as part of a concatenation. */
function restsOf({ operands, result }: Spec): ReadonlySet<string> {
  const axes = [...operands, result].flatMap(axesIn);
  const names = axes.flatMap(labelsIn).map(label => label.name);
  const parts = axes.filter(axis => axis.kind === 'concat').flatMap(labelsIn);
  const once = (name: string): boolean => names.indexOf(name) === names.lastIndexOf(name);
  return new Set(parts.map(label => label.name).filter(once));
}

/** As the spec writes it. */
export function textOfAxis(axis: AxisSpec): string {
  switch (axis.kind) {
    case 'label':
      return axis.name;
    case 'fixed':
      return String(axis.index);
    case 'any':
      return '_';
    case 'concat':
      return axis.parts.map(textOfAxis).join('^');
    case 'affine':
      return textOfAffine(axis);
  }
}

function textOfAffine({ over, stride, kernel, dilation, offset, isPadded }: AxisAffine): string {
  const times = (factor: number, { name }: AxisLabel): string =>
    factor === 1 ? name : `${factor}*${name}`;
  const mark = kernel ? (isPadded ? '=' : '<') : '';
  const inner = kernel ? `+${times(dilation, kernel)}` : '';
  return `${times(stride, over)}${mark}${inner}${offset === 0 ? '' : `+${offset}`}`;
}

function named<V>(known: Map<string, V>, name: string, create: () => V): V {
  const found = known.get(name) ?? create();
  known.set(name, found);
  return found;
}
