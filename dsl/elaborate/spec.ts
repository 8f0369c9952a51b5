/** Einsum specifications of either language. */
import type { AxisSpec, Hole, ShapeSpec, Spec, StringLit } from '../language/ast.ts';
import { parseSpec } from '../language/parse.ts';
import { rowKinds } from '../shape/row.ts';
import { fail, wrongHole } from './errors.ts';

/** Inside a spec a hole is an integer or a piece of spec. */
export function specOf(
  literal: StringLit,
  holes: readonly unknown[],
): { readonly spec: Spec; readonly text: string } {
  const fragment = ({ index, span }: Hole): string => {
    const value = holes[index];
    if (typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isInteger(value)) return String(value);
    throw wrongHole(value, span, 'an integer or a piece of the spec');
  };
  const text = literal.parts.map(p => ('text' in p ? p.text : fragment(p))).join('');
  const spec = parseSpec(literal, fragment);
  checkResult(spec);
  return { spec, text };
}

/** An axis that no operand has is of no size: most often a slip of the pen. */
export function checkResult({ operands, result }: Spec): void {
  const known = new Set(operands.flatMap(axesIn).flatMap(a => (a.kind === 'label' ? a.name : [])));
  for (const axis of axesIn(result)) {
    const name = axis.kind === 'label' ? axis.name : '_';
    if (axis.kind === 'fixed' || known.has(name)) continue;
    throw fail('EINC0304', `no operand has the axis \`${name}\` of this result`, axis.span, {
      help: ['for an axis of size 1 write `0`'],
    });
  }
}

function axesIn(shape: ShapeSpec): readonly AxisSpec[] {
  return rowKinds.flatMap(row => [...shape[row].lead, ...shape[row].trail]);
}
