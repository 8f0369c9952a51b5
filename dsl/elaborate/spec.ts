/** Einsum specifications of either language. */
import type { Hole, Spec, StringLit } from '../language/ast.ts';
import { parseSpec } from '../language/parse.ts';
import { axesIn, labelsIn } from '../shape/blocks.ts';
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
