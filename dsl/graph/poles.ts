/** Detects poles: where an operation may give an infinity or NaN that no operand has: `log(x)`, `a /. b`. */
import { mapAccesses, mayBeInfinite, scalarConst } from '../../compiler/index.ts';
import type { Operation, Slot } from './operation.ts';

/** The properties of an operand that its poles depend on. */
export interface Factor {
  readonly mayBeInfinite: boolean;
  readonly source: { readonly kind: string; readonly value?: number };
}

/** Whether a cell of the result may be infinite or NaN; considers single cells, not overflow in sums. */
export function hasPoles({ forward }: Operation, operands: readonly Factor[]): boolean {
  const operandOf = ({ part, operand }: Slot): Factor | undefined =>
    part === 'value' ? operands[operand - 1] : undefined;
  return forward.some(({ op, value }) => {
    const settled = mapAccesses(value, cell => {
      const { source } = operandOf(cell.node) ?? {};
      return source?.kind === 'constant' ? scalarConst(source.value ?? NaN) : cell;
    });
    return (
      op === 'set' && mayBeInfinite(settled, ({ node }) => operandOf(node)?.mayBeInfinite ?? false)
    );
  });
}
