/** Phrases that shape errors share: which rows must agree, source positions, possible fixes. */
import type { Diagnostic, Label } from '../../compiler/index.ts';
import { printBecause, printDim, printShape, printSize } from './print.ts';
import { resolveDim, resolveRow } from './resolve.ts';
import type { Dim, Row, RowKind, Shape, Size, Use, Why } from './row.ts';

/** A size and its reason. */
export function because(size: Size): string {
  return `${printSize(size)} because ${printBecause(size.because)}`;
}

export function describeRow(row: Row, isNamed = true): string {
  if (!hasAxes(row) && !resolveRow(row).rest) return 'no axes';
  const { lead, rest, trail } = resolveRow(row);
  return `[${[...lead.map(d => axisText(d, isNamed)), ...(rest ? ['…'] : []), ...trail.map(d => axisText(d, isNamed))].join(', ')}]`;
}

/** An axis of a spec as written: a number in it selects an index. Only names that the user wrote are shown. */
function axisText(dim: Dim, isNamed: boolean): string {
  const d = resolveDim(dim);
  if (d.kind === 'dim-var' && d.fixed === undefined && !isNamed) return '_';
  return d.kind === 'dim-var' && typeof d.fixed === 'number' ? String(d.fixed) : printDim(d);
}

/** `` `*` needs the input axes of `w2` to equal the output axes of `relu(x)` `` */
export function agreement({ use, left, right, rows: [row, other], peer }: Why): string {
  if (use.operator === 'stack') return `the parts of this literal must have the same ${row} axes`;
  const isUnnamed = left < 0 && use.result.text === undefined;
  const [a, b] = isUnnamed && peer !== undefined ? [peer, right].toSorted() : [left, right];
  const first = nameOf(use, a ?? left);
  const second = nameOf(use, b ?? right);
  const needs = `\`${use.operator}\` needs the ${row} axes of ${first}`;
  if (left === right)
    return `${needs} to fit ${use.operator === 'concat' ? 'the others' : 'its spec'}`;
  if (row !== other) return `${needs} to equal the ${other} axes of ${second}`;
  return `${needs} and ${second} to agree`;
}

export function nameOf({ operands, result }: Use, slot: number): string {
  const text = slot < 0 ? result.text : operands[slot]?.text;
  if (text !== undefined) return `\`${text}\``;
  if (slot < 0) return 'its result';
  if (operands.length > 2) return `its operand ${slot + 1}`;
  return operands.length === 1 ? 'its operand' : slot === 0 ? 'its left side' : 'its right side';
}

/** The operator, then everything that has a shape, each with what is known of it. */
export function placesOf(why: Why | undefined): Pick<Diagnostic, 'labels'> {
  if (!why?.use.span) return {};
  const { span, operands, result } = why.use;
  const labels: Label[] = [{ span }];
  for (const { span: place, shape } of [result, ...operands]) {
    if (place) labels.push({ span: place, text: printShape(knownRows(shape)) });
  }
  return { labels };
}

/** Rows of which nothing is known are omitted from errors. */
export function knownRows(shape: Shape): Shape {
  const known = (row: RowKind): Row =>
    hasAxes(shape[row]) ? shape[row] : { lead: [], rest: undefined, trail: [] };
  return { batch: known('batch'), input: known('input'), output: shape.output };
}

export function hasAxes(row: Row): boolean {
  const { lead, trail } = resolveRow(row);
  return lead.length + trail.length > 0;
}

export function hintsFor(why: Why | undefined, sizes: readonly Size[]): readonly string[] {
  const isProduct = why?.use.operator === '*' && why.left === 0;
  const isSpec = why?.left === why?.right;
  const isWrittenOne = sizes.some(({ size, broadcasts }) => size === 1 && !broadcasts);
  return [
    ...(isProduct ? ['for an element-wise product write `*.`'] : []),
    ...(isWrittenOne && !isSpec
      ? ['a size of 1 that you write does not broadcast: leave the axis out']
      : []),
  ];
}
