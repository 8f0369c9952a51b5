/** Makes tensors that no operation computes. */
import {
  type Initial,
  kindOf,
  type Origins,
  type Span,
  type StaticSymbol,
} from '../../compiler/index.ts';
import { cannotHold } from '../dtype/explain.ts';
import {
  closedRow,
  type Dim,
  openRow,
  openShape,
  type Row,
  type RowKind,
  scalarShape,
  type Shape,
} from '../shape/row.ts';
import {
  type Decision,
  type Demand,
  type DTypeVar,
  openDType,
  weakDType,
} from '../dtype/dtype-var.ts';
import { Tensor } from './tensor.ts';

/** What is declared about a tensor where it is introduced; the rest is inferred. */
export interface Given {
  readonly rows: GivenRows;
  readonly dtype?: Decision | undefined;
}

export function constantTensor(value: number, origins: Origins): Tensor {
  const source = { kind: 'constant', value } as const;
  const dtype = weakDType('number');
  return new Tensor({
    label: undefined,
    hint: 'constant',
    shape: scalarShape,
    dtype,
    source,
    origins,
  });
}

export function symbolTensor(symbol: StaticSymbol, origins: Origins): Tensor {
  const source = { kind: 'symbol', symbol } as const;
  const dtype = weakDType('whole');
  const hint = symbol.name;
  return new Tensor({ label: undefined, hint, shape: scalarShape, dtype, source, origins });
}

/** The size of an axis, or of all axes of a row, of `shapes`. */
export function dimTensor(axis: Dim | Row, shapes: readonly Shape[], span: Span): Tensor {
  const source = { kind: 'dim', axis, shapes } as const;
  const [origins, dtype] = [[span], weakDType('whole')];
  return new Tensor({ label: undefined, hint: 'dim', shape: scalarShape, dtype, source, origins });
}

/** The axes that a definition gives; rows it does not name are inferred. */
export type GivenRows = Partial<Readonly<Record<RowKind, readonly Dim[]>>>;

const noBatch = closedRow([], { text: 'a parameter has none unless they are given' });

/**
 * `{ w }`: a parameter, whose initial value another tensor may compute. Parameters have no batch
 * axes unless they are given.
 */
export function paramTensor(
  label: string,
  { initial, from }: { readonly initial: Initial; readonly from?: Tensor | undefined },
  { rows, dtype }: Given,
  span: Span,
): Tensor {
  const shape = {
    ...leafShape(label, rows, span, true),
    batch: rows.batch ? closedRow(rows.batch) : noBatch,
  };
  const source = { kind: 'param', initial, from } as const;
  const learned = paramDemand(label, span);
  if (dtype && !learned.accepts(dtype.dtype)) {
    throw cannotHold({ ...learned.refusal, span: undefined }, dtype);
  }
  const variable = openDType(dtype, [learned]);
  return new Tensor({ label, hint: label, shape, dtype: variable, source, origins: [span] });
}

function paramDemand(label: string, span: Span): Demand {
  return {
    accepts: dtype => kindOf(dtype) === 'float',
    refusal: {
      code: 'EINC0605',
      message: dtype =>
        `the parameter \`${label}\` would be ${dtype}, but what is learned is a float`,
      span,
      help: dtype => [
        'convert what it meets first: f32(…)',
        `or make it data: tensor(values, { label: '${label}', dtype: '${dtype}' })`,
      ],
    },
  };
}

/** `{ x } =: …`: an array that code introduces. */
export function stateTensor(label: string, { rows, dtype }: Given, span: Span): Tensor {
  const shape = leafShape(label, rows, span, false);
  const source = { kind: 'state' } as const;
  const variable = openDType(dtype);
  return new Tensor({ label, hint: label, shape, dtype: variable, source, origins: [span] });
}

/** `let x = …`: an array that one assignment computes, in the shape of its value. */
export function letTensor(label: string, span: Span): Tensor {
  const shape = openShape();
  const source = { kind: 'state' } as const;
  return new Tensor({ label, hint: label, shape, dtype: openDType(), source, origins: [span] });
}

/** Data of the host, with the shape it has there. */
export function dataTensor(
  label: string,
  initial: Initial,
  { rows, dtype }: { readonly rows: GivenRows; readonly dtype: DTypeVar },
  span: Span,
): Tensor {
  const row = (kind: RowKind): Row => closedRow(rows[kind] ?? []);
  const shape = { batch: row('batch'), input: row('input'), output: row('output') };
  return new Tensor({
    label,
    hint: label,
    shape,
    dtype,
    source: { kind: 'data', initial },
    origins: [span],
  });
}

/** The shape of tensors without operands: these output axes, or those of their use. */
export function grownShape(tensor: string, output: readonly Dim[], span: Span): Shape {
  const rows = output.length > 0 ? { batch: [], input: [], output } : {};
  return leafShape(tensor, rows, span, false);
}

function leafShape(tensor: string, rows: GivenRows, span: Span, isParam: boolean): Shape {
  const row = (kind: RowKind): Row => {
    const dims = rows[kind];
    if (dims) return closedRow(dims);
    return openRow({ tensor, row: kind, span, isParam, given: false });
  };
  return { batch: row('batch'), input: row('input'), output: row('output') };
}
