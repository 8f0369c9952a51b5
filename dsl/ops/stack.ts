/** Stacks tensors of one shape along a new axis. */
import { assign, type Span } from '../../compiler/index.ts';
import { type Operation, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { AxisConcat } from '../language/ast-einsum.ts';
import type { Block } from '../shape/blocks.ts';
import type { RowKind } from '../shape/row.ts';
import { anyShape } from './spec-shapes.ts';

/** The new axis stands first in its row. It is a concatenation of axes of size 1, one an operand. */
export function stack(row: RowKind, count: number, span: Span): Operation {
  const parts = Array.from({ length: count }, () => ({ kind: 'fixed', span, index: 1 }) as const);
  const axis: AxisConcat = { kind: 'concat', span, parts };
  const same = anyShape(span);
  const result = { ...same, [row]: { ...same[row], lead: [axis] } };
  const forward = parts.map((_, i): SlotAssign => {
    const block: Block = { operands: [i], parts: new Map([[axis, i]]) };
    const to = { op: 'add', reset: i === 0 } as const;
    return assign(slotAccess('value', 0), to, slotAccess('value', i + 1), block);
  });
  const spec = { span, operands: parts.map(() => same), result };
  const logic = { kind: 'einsum', spec, text: 'stack' } as const;
  return { operator: 'stack', hint: 'stack', logic, forward, backward: undefined };
}
