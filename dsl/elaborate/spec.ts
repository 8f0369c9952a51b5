/** Einsum specifications of either language. */
import type { Hole, StringLit } from '../language/ast.ts';
import type { Spec } from '../language/ast-einsum.ts';
import { parseSpec } from '../language/parse.ts';
import { axesIn, labelsIn } from '../shape/blocks.ts';
import { meantAsLetters } from '../shape/explain-names.ts';
import { fail, wrongHole } from './errors.ts';

/** Inside a spec a hole is an integer or a piece of spec. */
export function specOf(
  literal: StringLit,
  holes: readonly unknown[],
): { readonly spec: Spec; readonly text: string } {
  const spec = parseSpec(literal, hole => fragment(hole, holes));
  const text = textOfSpec(literal, holes);
  checkResult(spec, text);
  return { spec, text };
}

/** A spec with the values of its holes filled in. */
export function textOfSpec({ parts }: StringLit, holes: readonly unknown[]): string {
  return parts.map(p => ('text' in p ? p.text : fragment(p, holes))).join('');
}

function fragment({ index, span }: Hole, holes: readonly unknown[]): string {
  const value = holes[index];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  throw wrongHole(value, span, 'an integer or a piece of the spec');
}

/** An axis that no operand has gets no size; usually a typing error. */
export function checkResult({ operands, result }: Spec, text?: string): void {
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
        help: [runTogether(name, [...known], text) ?? 'for an axis of size 1 write `0`'],
      });
    }
  }
}

/** Letters that form one name because of a `,` or `^` elsewhere in the spec: `ij; kl => i^k, j^l`. */
function runTogether(
  name: string,
  known: readonly string[],
  text: string | undefined,
): string | undefined {
  const letters = (word: string): boolean => /^\p{L}{2,}$/u.test(word);
  const isIn = (part: string, whole: string): boolean => letters(whole) && whole.includes(part);
  const isPart = name.length === 1 && known.some(other => isIn(name, other));
  const isWhole = letters(name) && Array.from(name).every(letter => known.includes(letter));
  const together = isWhole ? name : known.find(other => isIn(name, other));
  if (text === undefined || !(isPart || isWhole) || together === undefined) return undefined;
  const sign = /[*+^<]|=(?!>)/.exec(text)?.[0] ?? ',';
  return `the \`${sign}\` makes \`${together}\` one name: write \`${meantAsLetters(text)}\``;
}
