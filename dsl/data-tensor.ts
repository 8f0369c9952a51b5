import { product, type Span, UserError } from '../compiler/index.ts';
import { dimsOf } from './elaborate/inline.ts';
import { describe, type NestedNumbers } from './elaborate/hole.ts';
import { dataTensor, type GivenRows } from './graph/make.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { printShape } from './shape/print.ts';
import { sizeOf } from './shape/row.ts';

export interface TensorShape {
  /** Names the tensor in dumps and errors; letters, digits and `_`. */
  readonly label: string;
  readonly batch?: readonly number[];
  readonly input?: readonly number[];
  readonly output?: readonly number[];
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
  const because = { text: `\`${label}\` is made with this shape`, span };
  const rows: GivenRows = Object.fromEntries(
    Object.entries(given).flatMap(([row, dims]) =>
      dims ? [[row, dims.map(n => sizeOf(checkSize(n, label, span), because))]] : [],
    ),
  );
  const cells = product([...(given.batch ?? []), ...(given.input ?? []), ...(given.output ?? [])]);
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

function checkSize(size: number, label: string, span: Span): number {
  if (Number.isInteger(size) && size > 0) return size;
  throw invalid(`\`${label}\` has an axis of size ${size}: sizes are positive integers`, span);
}

function invalid(message: string, span: Span): UserError {
  return new UserError({ code: 'EINC0601', message, labels: [{ span }] });
}
