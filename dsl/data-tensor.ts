import { product, type Span, UserError } from '../compiler/index.ts';
import { isRecord } from './arguments.ts';
import { dimsOf } from './elaborate/inline.ts';
import { describe, type NestedNumbers } from './elaborate/hole.ts';
import { dataTensor, type GivenRows } from './graph/make.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { printShape } from './shape/print.ts';
import { rowKinds, sizeOf } from './shape/row.ts';

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
  shape: TensorShape,
): Tensor {
  const span = callSite(tensor);
  checkShape(shape, span);
  const { label, batch, input, output } = shape;
  const flat = flatten(values, label, span);
  const ragged = (first: string, other: string): UserError =>
    invalid(`the lists of \`${label}\` differ in shape: one is ${first}, another ${other}`, span, [
      'lists of one level must have the same length',
    ]);
  const given =
    (batch ?? input ?? output) ? { batch, input, output } : { output: dimsOf(values, ragged) };
  const because = { text: `\`${label}\` is made with this shape`, span };
  const rows: GivenRows = Object.fromEntries(
    Object.entries(given).flatMap(([row, dims]) =>
      dims ? [[row, dims.map(n => sizeOf(checkSize(n, label, span), because))]] : [],
    ),
  );
  const cells = product([...(given.batch ?? []), ...(given.input ?? []), ...(given.output ?? [])]);
  const data = dataTensor(label, { kind: 'values', values: flat }, rows, span);
  if (cells === flat.length) return data;
  const printed = printShape(data.shape);
  throw invalid(
    `\`${label}\` of shape ${printed} has ${cells} cells but ${flat.length} values`,
    span,
  );
}

/** Types do not reach callers in JavaScript. */
function checkShape(shape: unknown, span: Span): void {
  if (!isRecord(shape)) {
    throw invalid(`\`tensor\` takes its values and { label, … }, not ${describe(shape)}`, span, [
      "give it a name: tensor(values, { label: 'x' })",
    ]);
  }
  const { label } = shape;
  if (typeof label !== 'string') {
    throw invalid(`the label of a tensor is a string, not ${describe(label)}`, span, [
      "give it a name: tensor(values, { label: 'x' })",
    ]);
  }
  if (!/^[A-Za-z_]\w*$/.test(label)) {
    throw invalid(`"${label}" cannot name a tensor: use letters, digits and _`, span);
  }
  for (const row of rowKinds) {
    const sizes = shape[row];
    if (sizes === undefined || Array.isArray(sizes)) continue;
    const help = typeof sizes === 'number' ? [`write ${row}: [${sizes}]`] : [];
    const message = `the ${row} axes of \`${label}\` are a list of sizes, not ${describe(sizes)}`;
    throw invalid(message, span, help);
  }
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
    else if (v === values) throw notNumbers(label, v, span);
    else throw invalid(`a value of \`${label}\` is ${describe(v)}, not a number`, span);
  };
  visit(values);
  return flat;
}

function notNumbers(label: string, value: unknown, span: Span): UserError {
  const help = ArrayBuffer.isView(value) ? ['write Float32Array.from(values)'] : [];
  const wanted = 'numbers, lists of them, a Float32Array or a Float64Array';
  return invalid(`the values of \`${label}\` are ${wanted}, not ${describe(value)}`, span, help);
}

function checkSize(size: unknown, label: string, span: Span): number {
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size;
  const shown = typeof size === 'number' ? size : describe(size);
  throw invalid(`\`${label}\` has an axis of size ${shown}: sizes are positive integers`, span);
}

function invalid(message: string, span: Span, help: readonly string[] = []): UserError {
  return new UserError({ code: 'EINC0601', message, labels: [{ span }], help });
}
