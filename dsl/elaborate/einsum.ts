/** Einsum expressions to tensors. */
import type { Span } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { EinsumOp, Spec } from '../language/ast.ts';
import { einsum, einsumKinds, pad } from '../ops/einsum.ts';
import { needsPadding } from '../shape/einsum.ts';
import { fail } from './errors.ts';
import type { Context } from './tensor-function.ts';

/** The operation that a spec asks for; an error where the operator takes other operands than it has. */
export function einsumOperation(
  op: EinsumOp,
  { spec, text }: { readonly spec: Spec; readonly text: string },
  operands: readonly { readonly span: Span }[],
  opSpan: Span,
): Operation {
  const count = operands.length;
  const isReduction = einsumKinds[op].combine === undefined && op !== '++^';
  if (isReduction !== (count === 1) && op !== '++^') {
    const takes = isReduction ? 'one operand' : 'two or more operands';
    throw fail('EINC0304', `\`${op}\` takes ${takes}, not ${count}`, opSpan);
  }
  if (spec.operands.length !== count) {
    const has = count === 1 ? 'one operand' : count === 2 ? 'two operands' : `${count} operands`;
    const message = `\`${op}\` takes ${has} but its spec has ${spec.operands.length}`;
    throw fail('EINC0304', message, spec.span);
  }
  const operation = einsum(op, spec, text);
  if (operation) return operation;
  throw fail('EINC0304', 'no part of a concatenation meets what is on the other side', spec.span);
}

/** Operands of which the spec asks for margins get them first. */
export function applyEinsum(
  op: EinsumOp,
  operation: Operation,
  { spec, operands }: { readonly spec: Spec; readonly operands: readonly Tensor[] },
  written: Written,
  context: Context,
): Tensor {
  const padded = operands.map((operand, i) => {
    const shape = spec.operands[i];
    if (!shape || !needsPadding(shape)) return operand;
    return applyOperation(pad(op, spec, i), operands, written, { ...context, label: undefined });
  });
  return applyOperation(operation, padded, written, context);
}
