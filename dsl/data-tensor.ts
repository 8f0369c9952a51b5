import {
  cellArrays,
  type DType,
  dtypes,
  isDType,
  kindOf,
  product,
  type Span,
  UserError,
  type Value,
} from '../compiler/index.ts';
import { isRecord, optionsGiven } from './arguments.ts';
import { checkInitial, firstMisfit } from './dtype/check-initial.ts';
import { type Decision, openDType, weakDType } from './dtype/dtype-var.ts';
import type { Floats } from './dtype/floats.ts';
import { dimsOf, dtypeHelp } from './elaborate/inline.ts';
import { describe, type NestedNumbers } from './elaborate/hole.ts';
import { dataTensor } from './graph/make.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { printShape } from './shape/print.ts';
import { basedSize, type Because, type RowKind, rowKinds, type Size } from './shape/row.ts';

/** `3`, or with the basis that the axis is measured in, `'rgb:3'`. */
export type AxisSize = number | `${string}:${number}`;

export interface TensorShape {
  /** Names the tensor in dumps and errors; letters, digits and `_`. */
  readonly label: string;
  readonly batch?: readonly AxisSize[];
  readonly input?: readonly AxisSize[];
  readonly output?: readonly AxisSize[];
  /** Else arrays of integers have theirs, and all other values are of the float of the context. */
  readonly dtype?: DType;
}

/** Arrays of JavaScript. Those of integers decide the dtype; floats are of that of the context. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function dtypeOfArray(values: unknown): DType | undefined {
  if (!isTypedArray(values) || values instanceof Float32Array || values instanceof Float64Array) {
    return undefined;
  }
  if (values instanceof Uint8ClampedArray) return 'u8';
  const decides = dtypes.filter(dtype => kindOf(dtype) === 'integer');
  return decides.find(dtype => values instanceof cellArrays[dtype]);
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
export function tensor(values: NestedNumbers | TypedArray, shape: TensorShape): Tensor {
  const span = callSite(tensor);
  checkShape(shape, span);
  const { label, batch, input, output, dtype } = shape;
  const flat = flatten(values, label, span);
  const ragged = (first: string, other: string): UserError =>
    invalid(`the lists of \`${label}\` differ in shape: one is ${first}, another ${other}`, span, [
      'lists of one level must have the same length',
    ]);
  const given =
    (batch ?? input ?? output)
      ? { batch, input, output }
      : { output: isTypedArray(values) ? [values.length] : dimsOf(values, ragged) };
  const rows: Partial<Record<RowKind, readonly Size[]>> = Object.fromEntries(
    Object.entries(given).flatMap(([row, dims]) =>
      dims ? [[row, dims.map(dim => sizeIn(dim, label, span))]] : [],
    ),
  );
  const cells = product(Object.values(rows).flatMap(dims => dims.map(({ size }) => size)));
  const decided = dtypeGiven(values, dtype, label, span);
  const variable = decided ? openDType(decided) : weakDType(floatsOf(label, flat, span));
  const data = dataTensor(label, { kind: 'values', values: flat }, { rows, dtype: variable }, span);
  if (decided) checkInitial({ kind: 'values', values: flat }, decided.dtype, data);
  if (cells === flat.length) return data;
  const printed = printShape(data.shape);
  throw invalid(
    `\`${label}\` of shape ${printed} has ${cells} cells but ${flat.length} values`,
    span,
  );
}

function floatsOf(label: string, values: ArrayLike<Value>, span: Span): Floats {
  const text = `\`${label}\` is made without a dtype, so it is of floats`;
  return { text, span, couldBe: dtype => firstMisfit(dtype, values) < 0 };
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
  const names = ['label', ...rowKinds, 'dtype'];
  optionsGiven('EINC0601', 'tensor', shape, { names, example: "{ label: 'x' }", span });
  for (const row of rowKinds) {
    const sizes = shape[row];
    if (sizes === undefined || Array.isArray(sizes)) continue;
    const help = typeof sizes === 'number' ? [`write ${row}: [${sizes}]`] : [];
    const message = `the ${row} axes of \`${label}\` are a list of sizes, not ${describe(sizes)}`;
    throw invalid(message, span, help);
  }
}

function dtypeGiven(
  values: unknown,
  given: unknown,
  label: string,
  span: Span,
): Decision | undefined {
  if (typeof given === 'string' && isDType(given)) {
    return { dtype: given, text: `\`${label}\` is made ${given}`, span };
  }
  if (given !== undefined) throw invalid(`${describe(given)} is not a dtype`, span, [dtypeHelp]);
  const dtype = dtypeOfArray(values);
  return dtype && { dtype, text: `\`${label}\` is made of an array of ${dtype}`, span };
}

function flatten(values: NestedNumbers | TypedArray, label: string, span: Span): ArrayLike<Value> {
  if (isTypedArray(values)) return values;
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
  const wanted = 'numbers, lists of them or a typed array';
  return invalid(`the values of \`${label}\` are ${wanted}, not ${describe(value)}`, span);
}

function sizeIn(dim: unknown, label: string, span: Span): Size {
  const because: Because = { text: `\`${label}\` is made with this shape`, span };
  const text = typeof dim === 'string' ? dim : '';
  const [, basis, digits] = /^([A-Za-z_]\w*):(\d+)$/.exec(text) ?? [];
  const size = digits === undefined ? dim : Number(digits);
  if (typeof size === 'number' && Number.isInteger(size) && size >= 0) {
    return basedSize(size, basis, because);
  }
  const shown =
    typeof dim === 'string' ? `"${dim}"` : typeof dim === 'number' ? dim : describe(dim);
  throw invalid(`\`${label}\` has an axis of size ${shown}: sizes are integers, 0 or more`, span);
}

function invalid(message: string, span: Span, help: readonly string[] = []): UserError {
  return new UserError({ code: 'EINC0601', message, labels: [{ span }], help });
}
