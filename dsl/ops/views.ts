/**
 * Operations that only move cells: each assigns a cell to a cell, with different subscripts
 * on the two sides. So their derivatives are assignments of the same kind.
 */
import { assign, type Scalar, scalarConst, type Span } from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { AxisAffine, AxisConcat, Spec } from '../language/ast-einsum.ts';
import type { Block } from '../shape/blocks.ts';
import type { NewRows } from '../shape/cells.ts';
import type { Logic } from '../shape/logic.ts';
import { allOfRow, type AxisPick, type Picks, type RowPicks } from '../shape/pick.ts';
import type { Slice } from '../shape/row.ts';
import { label, shapeWithAxis } from './spec-shapes.ts';

const v1 = slotAccess('value', 1);

/** `x[0, 1:]` */
export function pick(picks: Picks, operator = picks.text): Operation {
  return copying(operator, 'slice', { kind: 'pick', picks });
}

/** A slice of one output axis. */
export function sliceAlong(axis: number, slice: Slice, operator: string): Operation {
  const others = (count: number): AxisPick[] => Array.from({ length: count }, () => whole);
  const own: AxisPick = { kind: 'slice', slice };
  const output: RowPicks =
    axis < 0
      ? { lead: [], trail: [own, ...others(-axis - 1)] }
      : { lead: [...others(axis), own], trail: [] };
  const text = `[${[...output.lead, ...output.trail].map(p => (p === own ? slice.text : ':')).join(', ')}]`;
  const picks: Picks = { rows: { batch: allOfRow, input: allOfRow, output }, text };
  return { ...pick(picks, operator), hint: operator };
}

const whole: AxisPick = { kind: 'whole' };

export function reshape(rows: NewRows, operator: string): Operation {
  return copying(operator, operator, { kind: 'reshape', rows });
}

export const transposition = copying('transpose', 'transpose', { kind: 'transpose' });

/** `v =: v1` */
function copying(operator: string, hint: string, logic: Logic): Operation {
  const copy = assign(slotAccess('value', 0), { op: 'set' }, v1, undefined);
  return { operator, hint, logic, forward: [copy], backward: undefined };
}

// ── Blocks end to end ───────────────────────────────────────────────────────────────────────────

/** The operands one after the other along an output axis. */
export function concat(count: number, axis: number, span: Span, operator: string): Operation {
  const labels = Array.from({ length: count }, (_, i) => label(span, `part${i}`));
  const result: AxisConcat = { kind: 'concat', span, parts: labels };
  const operands = labels.map(own => shapeWithAxis(span, axis, own));
  const spec = { span, operands, result: shapeWithAxis(span, axis, result) };
  const blocks = labels.map((_, i): [Block, Scalar<Slot>] => [
    { operands: [i], parts: new Map([[result, i]]) },
    slotAccess('value', i + 1),
  ]);
  return ofBlocks(operator, spec, blocks);
}

/** Cells of one value before and after those of the operand. */
export function pad(
  [before, after]: readonly [number, number],
  value: number,
  axis: number,
  span: Span,
): Operation {
  const own = label(span, 'inner');
  const margin = (size: number) => ({ kind: 'fixed', span, index: size }) as const;
  const parts = [
    ...(before > 0 ? [margin(before)] : []),
    own,
    ...(after > 0 ? [margin(after)] : []),
  ];
  const result: AxisConcat = { kind: 'concat', span, parts };
  const operands = [shapeWithAxis(span, axis, own)];
  const spec = { span, operands, result: shapeWithAxis(span, axis, result) };
  const blocks = parts.map((part, i): [Block, Scalar<Slot>] => {
    const isOwn = part === own;
    const block = { operands: isOwn ? [0] : [], parts: new Map([[result, i]]) };
    return [block, isOwn ? v1 : scalarConst(value)];
  });
  return ofBlocks('pad', spec, blocks);
}

/** One of `count` parts of equal size along an output axis. */
export function part(count: number, which: number, axis: number, span: Span): Operation {
  const own = label(span, 'part');
  const operand: AxisConcat = {
    kind: 'concat',
    span,
    parts: Array.from({ length: count }, () => own),
  };
  const spec = {
    span,
    operands: [shapeWithAxis(span, axis, operand)],
    result: shapeWithAxis(span, axis, own),
  };
  return ofBlocks('split', spec, [[{ operands: [0], parts: new Map([[operand, which]]) }, v1]]);
}

/** Each cell `count` times in a row. */
export function repeat(count: number, axis: number, span: Span): Operation {
  const [over, kernel] = [label(span, 'cell'), label(span, 'copy', count)];
  const steps = { kind: 'affine', span, over, stride: count, kernel } as const;
  const result: AxisAffine = { ...steps, dilation: 1, offset: 0, isPadded: false };
  const operands = [shapeWithAxis(span, axis, over)];
  const logic: Logic = {
    kind: 'einsum',
    spec: { span, operands, result: shapeWithAxis(span, axis, result) },
    text: 'repeat',
  };
  return copying('repeat', 'repeat', logic);
}

/** The blocks make up the result, so each is a plain copy in the end. */
function ofBlocks(
  operator: string,
  spec: Spec,
  blocks: readonly (readonly [Block, Scalar<Slot>])[],
): Operation {
  const forward = blocks.map(([block, value], i): SlotAssign => {
    return assign(slotAccess('value', 0), { op: 'add', reset: i === 0 }, value, block);
  });
  const logic: Logic = { kind: 'einsum', spec, text: operator };
  return { operator, hint: operator, logic, forward, backward: undefined };
}
