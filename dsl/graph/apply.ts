import { access, type Scalar, scalarConst, type Span, mapAccesses } from '../../compiler/index.ts';
import type { Operand, Use } from '../shape/row.ts';
import { constraintsOf } from '../shape/logic.ts';
import { openShape } from '../shape/row.ts';
import { sizeSettled } from '../shape/size.ts';
import type { Solver } from '../shape/solve.ts';
import type { DTypeVar } from '../dtype/dtype-var.ts';
import { grownShape } from './make.ts';
import { dtypeOfResult } from './dtypes.ts';
import type { Operation, Slot, SlotAssign } from './operation.ts';
import { OpenProjections } from './open-projections.ts';
import { ownArray, withOwnArrays } from './own-arrays.ts';
import { type ArrayRef, type OpenAssign, Tensor } from './tensor.ts';

/** The source position of an application, for errors and for the provenance of its code. */
export interface Written {
  /** The whole application. */
  readonly span: Span;
  /** Only the operator. */
  readonly operator: Span;
  readonly operands: readonly { readonly span: Span; readonly text?: string }[];
}

/** The tensor that `operation` computes from `operands`; its shape is inferred from theirs. */
export function applyOperation(
  operation: Operation,
  operands: readonly Tensor[],
  written: Written,
  { solver, label }: { readonly solver: Solver; readonly label: string | undefined },
): Tensor {
  const { grows, hint } = operation;
  const shape = grows ? grownShape(hint, grows, written.span) : openShape();
  const use = useOf(operation, shape, operands, written);
  const slots = [shape, ...operands.map(t => t.shape)];
  solver.post(constraintsOf(operation.logic, slots, use));
  const projections = new OpenProjections(operation.logic, slots, use);
  const dtypeOf = (one: Operation, of: readonly Tensor[]): DTypeVar =>
    dtypeOfResult(one, of, written, solver);
  const by = withOwnArrays({ operation, operands, projections }, dtypeOf);
  return new Tensor({
    label,
    hint: operation.hint,
    shape,
    dtype: dtypeOf(by.operation, by.operands),
    source: { kind: 'computed', by },
    origins: [written.span],
  });
}

function useOf(
  { operator }: Operation,
  result: Tensor['shape'],
  operands: readonly Tensor[],
  written: Written,
): Use {
  const shown = operands.map((t, i): Operand => ({
    span: written.operands[i]?.span,
    text: t.label ?? shortText(written.operands[i]?.text),
    shape: t.shape,
  }));
  const unnamed = { span: undefined, text: undefined, shape: result };
  return { operator, span: written.operator, operands: shown, result: unnamed };
}

/** Operands are quoted in messages unless that takes half a line. */
function shortText(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 30 && !text.includes('\n') ? text : undefined;
}

// ── From slots to arrays ────────────────────────────────────────────────────────────────────────

/** The code that computes a tensor from its operands. */
export function forwardOf(tensor: Tensor): readonly OpenAssign[] {
  const { source } = tensor;
  if (source.kind !== 'computed') return [];
  return source.by.operation.forward.map(a => instantiate(a, tensor));
}

/** Rewrites an assignment over slots to the arrays of an application. */
export function instantiate(
  a: SlotAssign,
  result: Tensor,
  gradientOf: (tensor: Tensor) => ArrayRef | undefined = () => undefined,
): OpenAssign {
  const { source } = result;
  if (source.kind !== 'computed') throw new TypeError('only computed tensors have slots');
  const { operands, projections } = source.by;
  const tensors = [result, ...operands];
  const arrayOf = ({ part, operand, own }: Slot): ArrayRef => {
    if (own) return ownArray(result, own, operand, projections);
    const tensor = tensors[operand];
    const array = tensor && (part === 'value' ? tensor.value : gradientOf(tensor));
    if (array) return array;
    throw new TypeError(`operand ${operand} has no ${part}`);
  };
  const settled = (scalar: Scalar<Slot>): Scalar<ArrayRef> =>
    mapAccesses(scalar, (read, at) => {
      const { part, operand, own } = read.node;
      const constant = part === 'value' && !own ? constantOf(tensors[operand]) : undefined;
      return constant ?? access(arrayOf(read.node), read.slot, at);
    });
  const { node, slot, at } = a.target;
  const target = access(arrayOf(node), slot, at.map(settled));
  const value = settled(a.value);
  const origins = [...result.origins, ...a.origins];
  return { ...a, target, value, projections: projections.of(a.projections), origins };
}

/** A cell of a tensor's value. */
export function cellOf(tensor: Tensor, slot: number): Scalar<ArrayRef> {
  return constantOf(tensor) ?? access(tensor.value, slot);
}

/** Constants and symbols need no array: they are part of the expression. */
function constantOf(tensor: Tensor | undefined): Scalar<ArrayRef> | undefined {
  const source = tensor?.source;
  if (source?.kind === 'constant') return scalarConst(source.value);
  if (source?.kind === 'dim') return scalarConst(sizeSettled(source.axis, source.shapes));
  return source?.kind === 'symbol' ? { kind: 'symbol', symbol: source.symbol } : undefined;
}
