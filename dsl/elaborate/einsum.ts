/** Elaborates einsum expressions to tensors. */
import type { Span, UserError } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import { dimTensor } from '../graph/make.ts';
import type { OpenProjections } from '../graph/open-projections.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { EinsumOp, Expr, StringLit } from '../language/ast.ts';
import type { AxisSpec, Spec } from '../language/ast-einsum.ts';
import { einsum, einsumKinds, pad } from '../ops/einsum.ts';
import { identity } from '../ops/operations.ts';
import { axesIn, labelsIn } from '../shape/blocks.ts';
import { captured, needsPadding, textOfAxis } from '../shape/einsum.ts';
import type { Solver } from '../shape/solve.ts';
import { fail } from './errors.ts';
import type { Context } from './tensor-function.ts';
import { wrongArity } from './wrong-arity.ts';

/** The operation of a spec; an error if the operator takes another number of operands. */
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
    throw fail('EINC0304', message, spec.span, {
      help: [
        count === 1
          ? 'write the axes of that one before `=>`; a product of several is a +* "i; j => ij" b'
          : 'write the axes of each operand before `=>`, with `;` between them',
      ],
    });
  }
  const margin = axesIn(spec.result).find(axis => axis.kind === 'affine' && axis.isPadded);
  if (margin) throw marginOfResult(margin);
  const operation = einsum(op, spec, text);
  if (operation) return operation;
  const doubled = repeatedPart(spec);
  if (doubled) {
    const { axis, name } = doubled;
    const text = textOfAxis(axis);
    throw fail(
      'EINC0304',
      `\`${text}\` has \`${name}\` twice, so its parts cannot be told apart`,
      axis.span,
      {
        help: ['give each part a name of its own: (a, b) ++^ "i; j => i^j"'],
      },
    );
  }
  throw fail('EINC0304', 'no part of a concatenation meets what is on the other side', spec.span);
}

/** Reading beyond the ends of an axis gives 0; storing there would enlarge the result. */
function marginOfResult(axis: AxisSpec): UserError {
  const text = textOfAxis(axis);
  const message = `\`${text}\` of the result asks for margins, which only an operand can have`;
  const help = [`write \`${text.replace('=', '<')}\`, and take what you want of it: [1:-1]`];
  return fail('EINC0304', message, axis.span, { help });
}

/** A concatenation with the same axis as two of its parts. */
function repeatedPart({
  operands,
  result,
}: Spec): { readonly axis: AxisSpec; readonly name: string } | undefined {
  for (const axis of [...operands, result].flatMap(axesIn)) {
    if (axis.kind !== 'concat') continue;
    const names = labelsIn(axis).map(label => label.name);
    const name = names.find((one, i) => names.indexOf(one) !== i);
    if (name !== undefined) return { axis, name };
  }
  return undefined;
}

/** Operands that need margins by the spec get them first. */
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

export function textOfString({ parts }: StringLit): string {
  return parts.map(part => ('text' in part ? part.text : '')).join('');
}

/** The sizes of axes and rows of the spec that the expression captures under names. */
export function capture(
  names: readonly StringLit[],
  spec: Spec,
  { slots, use }: OpenProjections,
  solver: Solver,
): readonly (readonly [name: string, size: Tensor])[] {
  return names.map(literal => {
    const { span } = literal;
    const name = textOfString(literal);
    const found = captured(name, spec, slots, use);
    if (!found) throw fail('EINC0304', `the spec has no axis and no row called \`${name}\``, span);
    solver.post(found.constraints);
    const size = dimTensor(found.axis, slots, span);
    const written = { span, operator: span, operands: [] };
    return [name, applyOperation(identity, [size], written, { solver, label: undefined })] as const;
  });
}

/** `dim d`: the size that a spec has captured. */
export function sizeCaptured(
  args: readonly Expr[],
  captures: ReadonlyMap<string, Tensor>,
  span: Span,
): Tensor {
  const [name] = args;
  if (args.length !== 1) throw wrongArity('dim', 1, args.length, { span });
  const size = name?.kind === 'name' ? captures.get(name.name) : undefined;
  if (size) return size;
  throw fail('EINC0304', 'no spec before this has captured that', name?.span ?? span, {
    ...(name?.kind === 'name' ? { unknownName: name.name } : {}),
    help: ['capture an axis or a row after a spec: x ++ "...|..d.. => ...|0" ["d"]'],
  });
}
