/** Arrays that the code of an operation introduces: each one's name determines its shape. */
import type { Slot } from '../graph/operation.ts';
import type { Ident, Inline } from '../language/ast.ts';
import { fail } from './errors.ts';

export interface SlotScope {
  readonly holes: readonly unknown[];
  /** The arrays that the code has introduced so far. */
  readonly own: Map<string, Slot>;
  /** The names among them that come from a `let`. */
  readonly lets: Set<string>;
}

/** `{ mask_rhs1 }` */
export function introduceOwn({ name, init, rows }: Inline, scope: SlotScope): Slot {
  const [given] = [...(init ? [init] : []), ...rows];
  if (given) {
    const message = `\`${name.text}\` has the shape that its name says, and starts as it is assigned`;
    throw fail('EINC0214', message, given.span);
  }
  return ownSlot(name, scope);
}

export function ownSlot(name: Ident, { own }: SlotScope): Slot {
  const { text, span } = name;
  if (own.has(text)) {
    throw fail('EINC0204', `\`${text}\` is defined twice in this template`, span, {
      help: ['give one of them another name'],
    });
  }
  const slot: Slot = { part: 'value', operand: operandNamed(name), own: { name: text, span } };
  own.set(text, slot);
  return slot;
}

/** Which operand's shape an array has, by its name: `mask_rhs1`, `lhs_sum`; `rhs` is the first. */
function operandNamed({ text, span }: Ident): number {
  const words = text.split('_');
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [];
  const operands = new Set(
    ends.flatMap(word => {
      const [, side, number = '1'] = /^(lhs|rhs)([123]?)$/.exec(word ?? '') ?? [];
      if (side === 'lhs') return [0];
      return side === 'rhs' ? [Number(number || 1)] : [];
    }),
  );
  const [operand] = operands;
  if (operand !== undefined && operands.size === 1) return operand;
  if (operand !== undefined) {
    throw fail('EINC0225', `the name of \`${text}\` says two shapes`, span, {
      help: ['begin or end it with one of `lhs`, `rhs1`, `rhs2` and `rhs3`'],
    });
  }
  throw fail('EINC0225', `the name of \`${text}\` does not say whose shape it has`, span, {
    help: [
      `\`${text}_lhs\` has that of the result, \`${text}_rhs1\`, \`${text}_rhs2\` and \`${text}_rhs3\` have those of the operands`,
      `\`_rhs\` is \`_rhs1\`, and all of these may stand in front: \`lhs_${text}\``,
    ],
  });
}
