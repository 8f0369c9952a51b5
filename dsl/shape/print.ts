/** Prints shapes: `10 | 2 -> 16`. Unknown sizes are `?`, unknown rows `…`. */
import { shownPlace } from '../../compiler/index.ts';
import type { Because, Dim, Row, Shape, Size } from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';

export function printShape(shape: Shape): string {
  const [batch, input, output] = [shape.batch, shape.input, shape.output].map(printRow);
  return `${batch ? `${batch} | ` : ''}${input ? `${input} -> ` : ''}${output || 'scalar'}`;
}

export function printRow(row: Row): string {
  const { lead, rest, trail } = resolveRow(row);
  const parts = [...lead.map(printDim), ...(rest ? ['…'] : []), ...trail.map(printDim)];
  return parts.join(', ');
}

export function printDim(dim: Dim): string {
  const d = resolveDim(dim);
  return d.kind === 'size' ? printSize(d) : (d.label ?? '?');
}

/** `3`, or with its basis, `rgb:3`. */
export function printSize({ size, basis }: Size): string {
  return basis === undefined ? String(size) : `${basis}:${size}`;
}

/** A reason, with source positions: `it is declared with o = […] (moons.ts:3:12)`. */
export function printBecause({ text, span, of = [] }: Because): string {
  const reasons = of.length === 0 ? '' : `: ${of.map(printBecause).join(', ')}`;
  return `${text}${span ? ` (${shownPlace(span)})` : ''}${reasons}`;
}
