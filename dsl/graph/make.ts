/** Tensors that no operation computes. */
import type { Initial, Origins, Span, StaticSymbol } from '../../compiler/index.ts';
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
import { Tensor } from './tensor.ts';

export function constantTensor(value: number, origins: Origins): Tensor {
  const source = { kind: 'constant', value } as const;
  return new Tensor({ label: undefined, hint: 'constant', shape: scalarShape, source, origins });
}

export function symbolTensor(symbol: StaticSymbol, origins: Origins): Tensor {
  const source = { kind: 'symbol', symbol } as const;
  return new Tensor({ label: undefined, hint: symbol.name, shape: scalarShape, source, origins });
}

/** The size of an axis, or of all axes of a row, of `shapes`. */
export function dimTensor(axis: Dim | Row, shapes: readonly Shape[], span: Span): Tensor {
  const source = { kind: 'dim', axis, shapes } as const;
  const origins = [span];
  return new Tensor({ label: undefined, hint: 'dim', shape: scalarShape, source, origins });
}

/** The axes that a definition gives; rows it does not name are left to inference. */
export type GivenRows = Partial<Readonly<Record<RowKind, readonly Dim[]>>>;

/**
 * `{ w }`: a parameter, which may start from what another tensor computes. Parameters have no batch
 * axes unless they are given.
 */
export function paramTensor(
  label: string,
  { initial, from }: { readonly initial: Initial; readonly from?: Tensor | undefined },
  rows: GivenRows,
  span: Span,
): Tensor {
  const shape = { ...leafShape(label, rows, span, true), batch: closedRow(rows.batch ?? []) };
  const source = { kind: 'param', initial, from } as const;
  return new Tensor({ label, hint: label, shape, source, origins: [span] });
}

/** `{ x } =: …`: an array that code introduces. */
export function stateTensor(label: string, rows: GivenRows, span: Span): Tensor {
  const shape = leafShape(label, rows, span, false);
  return new Tensor({ label, hint: label, shape, source: { kind: 'state' }, origins: [span] });
}

/** `let x = …`: an array that one assignment computes, in the shape that this gives it. */
export function letTensor(label: string, span: Span): Tensor {
  const shape = openShape();
  return new Tensor({ label, hint: label, shape, source: { kind: 'state' }, origins: [span] });
}

/** Values of the host, with the shape they have there. */
export function dataTensor(label: string, initial: Initial, rows: GivenRows, span: Span): Tensor {
  const row = (kind: RowKind): Row => closedRow(rows[kind] ?? []);
  const shape = { batch: row('batch'), input: row('input'), output: row('output') };
  return new Tensor({
    label,
    hint: label,
    shape,
    source: { kind: 'data', initial },
    origins: [span],
  });
}

function leafShape(tensor: string, rows: GivenRows, span: Span, isParam: boolean): Shape {
  const row = (kind: RowKind): Row => {
    const dims = rows[kind];
    if (dims) return closedRow(dims);
    return openRow({ tensor, row: kind, span, isParam, given: false });
  };
  return { batch: row('batch'), input: row('input'), output: row('output') };
}
