/** Einsum specifications of either language. */
import type { Hole, StringLit } from '../language/ast.ts';
import type { Spec } from '../language/ast-einsum.ts';
import { parseSpec } from '../language/parse.ts';
import { axesIn, labelsIn } from '../shape/blocks.ts';
import { fail, wrongHole } from './errors.ts';

/** Inside a spec a hole is an integer or a piece of spec. */
export function specOf(
  literal: StringLit,
  holes: readonly unknown[],
): { readonly spec: Spec; readonly text: string } {
  const spec = parseSpec(literal, hole => fragment(hole, holes));
  checkResult(spec);
  return { spec, text: textOfSpec(literal, holes) };
}

/** With what stands in its holes. */
export function textOfSpec({ parts }: StringLit, holes: readonly unknown[]): string {
  return parts.map(p => ('text' in p ? p.text : fragment(p, holes))).join('');
}

function fragment({ index, span }: Hole, holes: readonly unknown[]): string {
  const value = holes[index];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  throw wrongHole(value, span, 'an integer or a piece of the spec');
}

/** An axis that no operand has is of no size: most often a slip of the pen. */
export function checkResult({ operands, result }: Spec): void {
  const ofOperands = operands.flatMap(axesIn).flatMap(labelsIn);
  const sized = axesIn(result)
    .flatMap(labelsIn)
    .filter(label => label.size !== undefined);
  const known = new Set([...ofOperands, ...sized].map(label => label.name));
  for (const axis of axesIn(result)) {
    const labels = axis.kind === 'any' ? [axis] : labelsIn(axis);
    for (const label of labels) {
      const name = label.kind === 'label' ? label.name : '_';
      if (known.has(name)) continue;
      throw fail('EINC0304', `no operand has the axis \`${name}\` of this result`, label.span, {
        help: ['for an axis of size 1 write `0`'],
      });
    }
  }
}
