/** Infers the dtype of an operation's result, and the constraints on the dtypes of its operands. */
import type { Span } from '../../compiler/index.ts';
import { type DTypeVar, openDType, weakDType, weakestOf } from '../dtype/dtype-var.ts';
import { inferAssign, type Inference, inferScalar, type Typed } from '../dtype/infer.ts';
import type { Solver } from '../shape/solve.ts';
import type { Operation, Slot } from './operation.ts';
import type { Tensor } from './tensor.ts';

interface Written {
  readonly span: Span;
  readonly operator: Span;
  readonly operands: readonly { readonly span: Span; readonly text?: string }[];
}

/**
 * Numbers, comparisons and data without a dtype take the dtype of their use; so does what is computed from only
 * these.
 */
export function dtypeOfResult(
  operation: Operation,
  operands: readonly Tensor[],
  written: Written,
  solver: Solver,
): DTypeVar {
  const { operator, forward, converts } = operation;
  if (converts) {
    const text = `\`${converts}\` converts to ${converts} here`;
    return openDType({ dtype: converts, text, span: written.operator });
  }
  const result = openDType();
  const typed = ({ operand }: Slot): Typed => {
    const tensor = operands[operand - 1];
    if (!tensor) return { dtype: result, text: undefined, span: undefined };
    const { source, label, dtypeVar: dtype } = tensor;
    const place = written.operands[operand - 1];
    const value = source.kind === 'constant' ? source.value : undefined;
    return { dtype, text: label ?? place?.text, span: place?.span, value };
  };
  const meeting = { operator, span: written.operator };
  const inference: Inference<Slot> = { typed, meeting, solver };
  const found = forward.map(a => inferScalar(a.value, inference));
  const weak = found.flatMap(f => ('weak' in f ? [f.weak] : []));
  if (weak.length === found.length) return weakDType(weakestOf(weak));
  forward.forEach(a => inferAssign(a, inference));
  return result;
}
