/** The result of `tensor.explain()`: what a tensor is, its axes, and why each has its size. */
import { type DType, type Initial, shownPlace, type Span } from '../../compiler/index.ts';
import type { Decision } from '../dtype/dtype-var.ts';
import { printShape } from '../shape/print.ts';
import { type AxisReport, reportOf, type RowReport } from '../shape/report.ts';
import { type RowKind, rowKinds, type Shape } from '../shape/row.ts';

export interface Explanation {
  readonly name: string;
  /** `a parameter`, `computed by \`*\`` */
  readonly what: string;
  /** `file:line:column` */
  readonly place: string | undefined;
  /** `10 | 2 -> 16`; `?` and `…` stand for undetermined sizes and rows. */
  readonly shape: string;
  readonly rows: Readonly<Record<RowKind, RowReport>>;
  readonly operands: readonly { readonly name: string; readonly shape: string }[];
  /** Its initial contents, in words. */
  readonly initial: string | undefined;
  /** The dtype decided by the program, and why; undefined if it is left to the contexts. */
  readonly dtype: DTypeReport | undefined;
  /** The dtypes that it has had in contexts. */
  readonly dtypes: readonly DType[];
}

export interface DTypeReport {
  readonly dtype: DType;
  readonly because: string;
  /** `file:line:column` of that. */
  readonly place: string | undefined;
}

/** What explanations need of a tensor. */
export interface Explained {
  readonly name: string;
  readonly what: string;
  readonly span: Span | undefined;
  readonly shape: Shape;
  readonly operands: readonly { readonly name: string; readonly shape: Shape }[];
  readonly initial: Initial;
  readonly dtype: Decision | undefined;
  readonly dtypes: readonly DType[];
}

export function explanationOf({ name, what, span, shape, ...rest }: Explained): Explanation {
  const { batch, input, output } = shape;
  return {
    name,
    what,
    place: span && shownPlace(span),
    shape: printShape(shape),
    rows: { batch: reportOf(batch), input: reportOf(input), output: reportOf(output) },
    operands: rest.operands.map(operand => {
      return { name: operand.name, shape: printShape(operand.shape) };
    }),
    initial: initialText(rest.initial),
    dtype: rest.dtype && dtypeReport(rest.dtype),
    dtypes: rest.dtypes,
  };
}

function dtypeReport({ dtype, text, span }: Decision): DTypeReport {
  return { dtype, because: text, place: span && shownPlace(span) };
}

const fewValues = 6;

function initialText(initial: Initial): string | undefined {
  switch (initial.kind) {
    case 'none':
    case 'sent':
      return undefined;
    case 'computed':
      return 'what its expression computes, once in each context';
    case 'same':
      return `what ${initial.as.label === undefined ? 'another array' : `\`${initial.as.label}\``} starts as`;
    case 'sum':
      return '0 everywhere';
    case 'fill':
      return `${initial.value} everywhere`;
    case 'uniform':
      return `evenly spread from ${initial.low} to ${initial.high}, by the seed of the context`;
    case 'random':
      return `random, ${initial.distribution}, by the seed of the context`;
    case 'values': {
      const { length } = initial.values;
      const shown = Array.from(
        { length: Math.min(length, fewValues) },
        (_, i) => initial.values[i],
      );
      const more = length > fewValues ? `, … (${length} values)` : '';
      return `${shown.join(', ')}${more}`;
    }
  }
}

/** One line: its name, shape and kind. */
export function headOf({ name, shape, what, place }: Explanation): string {
  return `${name}: ${shape}, ${what}${place === undefined ? '' : ` (${place})`}`;
}

/** As text, a line for each axis. */
export function printExplanation(explanation: Explanation): string {
  const { operands, initial, dtype, dtypes } = explanation;
  const from = operands.map(operand => `\`${operand.name}\` (${operand.shape})`);
  const facts: readonly (readonly [string, string])[] = [
    ...rowKinds.flatMap(row => rowLines(row, explanation.rows[row])),
    ...(from.length > 0 ? [['from', from.join(', ')] as const] : []),
    ...(initial === undefined ? [] : [['starts as', initial] as const]),
    ...(dtype ? [['dtype', dtypeText(dtype)] as const] : []),
    ...(!dtype && dtypes.length > 0 ? [['dtype', dtypes.join(', ')] as const] : []),
  ];
  return [headOf(explanation), ...facts.map(([key, text]) => `  ${key.padEnd(9)}  ${text}`)].join(
    '\n',
  );
}

function dtypeText({ dtype, because, place }: DTypeReport): string {
  return `${dtype}  ${because}${place === undefined ? '' : ` (${place})`}`;
}

/** Sizes of one row are aligned below each other. */
function rowLines(row: RowKind, { axes, openAt, because }: RowReport): readonly [string, string][] {
  const width = Math.max(0, ...axes.map(axis => sizeText(axis).length));
  const lines = axes.map(axis => {
    const { place } = axis;
    const at = place === undefined ? '' : ` (${place})`;
    return `${sizeText(axis).padEnd(width)}  ${axis.because}${at}`;
  });
  if (openAt !== undefined) lines.splice(openAt, 0, '…  open: there may be more axes');
  else if (lines.length === 0)
    lines.push(because === undefined ? 'no axes' : `no axes: ${because}`);
  else if (because !== undefined) lines.push(`no more axes: ${because}`);
  return lines.map((line, i) => [i === 0 ? row : '', line]);
}

function sizeText({ size }: AxisReport): string {
  return size === undefined ? '?' : String(size);
}
