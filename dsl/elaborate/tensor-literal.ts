/** `[1, 2]`, `[| (1, 2), (3, 4) |]`: numbers in brackets whose form determines the row of each axis. */
import { type Span, UserError } from '../../compiler/index.ts';
import type { GivenRows } from '../graph/make.ts';
import type { Expr, TensorLit } from '../language/ast.ts';
import { basedSize, type Because, type RowKind } from '../shape/row.ts';
import { fail } from './errors.ts';

export interface LiteralValues {
  readonly rows: GivenRows;
  /** In memory order. */
  readonly values: readonly number[];
}

/** Undefined for a literal with tensors in it. */
export function literalValues(literal: TensorLit): LiteralValues | undefined {
  const values = numbersIn(literal);
  if (!values) return undefined;
  const axes = axesOf(literal);
  checkOrder(axes, literal.span);
  const because: Because = { text: 'this literal has as many values', span: literal.span };
  const row = (kind: RowKind) =>
    axes.filter(axis => axis.row === kind).map(axis => basedSize(axis.size, axis.basis, because));
  return { values, rows: { batch: row('batch'), input: row('input'), output: row('output') } };
}

function numbersIn(e: Expr): readonly number[] | undefined {
  if (e.kind === 'number') return [e.value];
  if (e.kind === 'prefix' && e.op === '-' && e.operand.kind === 'number') return [-e.operand.value];
  if (e.kind !== 'tensor') return undefined;
  const parts = e.items.map(numbersIn);
  return parts.every(part => part !== undefined) ? parts.flat() : undefined;
}

interface LiteralAxis {
  readonly row: RowKind;
  readonly size: number;
  readonly basis: string | undefined;
}

/** Sizes, outermost first. Throws if siblings differ. */
function axesOf(e: Expr): readonly LiteralAxis[] {
  if (e.kind !== 'tensor') return [];
  const [first, ...others] = e.items.map(axesOf);
  const text = JSON.stringify(first);
  const odd = others.findIndex(axes => JSON.stringify(axes) !== text);
  if (odd >= 0) throw differing(e.items, [first, others[odd]], odd + 1);
  return [{ row: e.row, size: e.items.length, basis: e.basis?.text }, ...(first ?? [])];
}

function differing(
  parts: readonly Expr[],
  [first = [], other = []]: readonly (readonly LiteralAxis[] | undefined)[],
  place: number,
): UserError {
  const [one, another] = [axesText(first), axesText(other)];
  const at = [parts[place], parts[0]].flatMap(part => part?.span ?? []);
  return new UserError({
    code: 'EINC0220',
    message: `the parts of a literal must have the same axes, but ${one} and ${another} differ`,
    labels: at.map((span, i) => ({ span, text: i === 0 ? another : one })),
  });
}

/** Axes with the brackets of their rows, outermost first. */
function axesText(axes: readonly LiteralAxis[]): string {
  const brackets = { batch: ['[|', '|]'], output: ['[', ']'], input: ['(', ')'] } as const;
  const texts = axes.map(({ row, size, basis }) => {
    const [open, close] = brackets[row];
    return `${open}${basis === undefined ? '' : `${basis}:`}${size}${close}`;
  });
  return texts.length === 0 ? 'a number' : texts.join(' of ');
}

/** Values are taken in the order in which they are written, which must be the order of memory. */
function checkOrder(axes: readonly LiteralAxis[], span: Span): void {
  const order: readonly RowKind[] = ['batch', 'output', 'input'];
  const ranks = axes.map(axis => order.indexOf(axis.row));
  if (ranks.every((rank, i) => i === 0 || (ranks[i - 1] ?? 0) <= rank)) return;
  throw fail('EINC0220', 'brackets nest in one order: batch, output, input', span, {
    help: ['[| … |] around [ … ] around ( … ): [| [(1, 2), (3, 4)], [(5, 6), (7, 8)] |]'],
  });
}
