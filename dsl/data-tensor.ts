import { product, type Span, UserError } from '../compiler/index.ts';
import { dimsOf } from './elaborate/inline.ts';
import { describe, type NestedNumbers } from './elaborate/hole.ts';
import { dataTensor } from './graph/make.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { printShape } from './shape/print.ts';
import { basedSize, type Because, type RowKind, type Size } from './shape/row.ts';

/** `3`, or with the basis that the axis is measured in, `'rgb:3'`. */
export type AxisSize = number | `${string}:${number}`;

export interface TensorShape {
  /** Names the tensor in dumps and errors; letters, digits and `_`. */
  readonly label: string;
  readonly batch?: readonly AxisSize[];
  readonly input?: readonly AxisSize[];
  readonly output?: readonly AxisSize[];
}

/**
 * Values of the host as a tensor: nested lists, or flat numbers with a shape.
 *
 *   tensor([1, 2, 3], { label: 'x' })                                        output axes [3]
 *   tensor(coordinates, { label: 'points', batch: [80, 10], output: [2] })   batch 80, 10 | output 2
 *
 * Flat values are in memory order: batch axes, output axes, input axes, the last fastest. Without
 * rows, nested lists are output axes. The values are copied when a context first uses the tensor.
 */
export function tensor(
  values: NestedNumbers | Float32Array | Float64Array,
  { label, batch, input, output }: TensorShape,
): Tensor {
  const span = callSite(tensor);
  if (!/^[A-Za-z_]\w*$/.test(label)) {
    throw invalid(`"${label}" cannot name a tensor: use letters, digits and _`, span);
  }
  const flat = flatten(values, label, span);
  const given =
    (batch ?? input ?? output) ? { batch, input, output } : { output: dimsOf(values, span) };
  const rows: Partial<Record<RowKind, readonly Size[]>> = Object.fromEntries(
    Object.entries(given).flatMap(([row, dims]) =>
      dims ? [[row, dims.map(dim => sizeIn(dim, label, span))]] : [],
    ),
  );
  const cells = product(Object.values(rows).flatMap(dims => dims.map(({ size }) => size)));
  const data = dataTensor(label, { kind: 'values', values: flat }, rows, span);
  if (cells === flat.length) return data;
  const shape = printShape(data.shape);
  throw invalid(
    `\`${label}\` of shape ${shape} has ${cells} cells but ${flat.length} values`,
    span,
  );
}

function flatten(
  values: NestedNumbers | Float32Array | Float64Array,
  label: string,
  span: Span,
): ArrayLike<number> {
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  const flat: number[] = [];
  // Types say little about data from a file.
  const visit = (v: unknown): void => {
    if (typeof v === 'number') flat.push(v);
    else if (Array.isArray(v)) v.forEach(visit);
    else throw invalid(`a value of \`${label}\` is ${describe(v)}, not a number`, span);
  };
  visit(values);
  return flat;
}

function sizeIn(dim: AxisSize, label: string, span: Span): Size {
  const because: Because = { text: `\`${label}\` is made with this shape`, span };
  const [, basis, digits] = /^([A-Za-z_]\w*):(\d+)$/.exec(String(dim)) ?? [];
  const size = digits === undefined ? dim : Number(digits);
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) {
    return basedSize(size, basis, because);
  }
  const shown = typeof dim === 'string' ? `"${dim}"` : dim;
  throw invalid(`\`${label}\` has an axis of size ${shown}: sizes are positive integers`, span);
}

function invalid(message: string, span: Span): UserError {
  return new UserError({ code: 'EINC0601', message, labels: [{ span }] });
}
