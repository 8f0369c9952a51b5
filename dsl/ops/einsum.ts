/** The operations of einsum specs: their accumulators, block by block. */
import {
  type AccumulateOp,
  assign,
  type Op,
  type Scalar,
  scalarApply,
} from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { EinsumOp } from '../language/ast.ts';
import type { Spec } from '../language/ast-einsum.ts';
import { type Block, blocksOf } from '../shape/blocks.ts';
import type { Logic } from '../shape/logic.ts';

interface EinsumKind {
  readonly accumulate: AccumulateOp;
  /** Undefined for operators with one operand, and for those whose operands have blocks of their own. */
  readonly combine: Op | undefined;
  readonly hint: string;
}

export const einsumKinds: Readonly<Record<EinsumOp, EinsumKind>> = {
  '++': { accumulate: 'add', combine: undefined, hint: 'sum' },
  '@^^': { accumulate: 'max', combine: undefined, hint: 'max' },
  '@--': { accumulate: 'min', combine: undefined, hint: 'min' },
  '@**': { accumulate: 'mul', combine: undefined, hint: 'product' },
  '+*': { accumulate: 'add', combine: 'mul', hint: 'einsum' },
  '+++': { accumulate: 'add', combine: 'add', hint: 'outer_sum' },
  '@^+': { accumulate: 'max', combine: 'add', hint: 'max_plus' },
  '@-+': { accumulate: 'min', combine: 'add', hint: 'min_plus' },
  '++^': { accumulate: 'add', combine: undefined, hint: 'concat' },
};

/** Undefined if no parts of the concatenations in `spec` overlap. */
export function einsum(operator: EinsumOp, spec: Spec, text: string): Operation | undefined {
  const { accumulate, hint } = einsumKinds[operator];
  const all = spec.operands.map((_, i) => i);
  const groups = operator === '++^' ? all.map(i => [i]) : [all];
  const blocks = groups.flatMap(operands => blocksOf(spec, operands));
  if (blocks.length === 0) return undefined;
  const forward = blocks.map((block, i): SlotAssign => {
    const to = { op: accumulate, reset: i === 0 };
    return assign(slotAccess('value', 0), to, combined(operator, block.operands), ofBlock(block));
  });
  const logic: Logic = { kind: 'einsum', spec, text };
  return { operator, hint, logic, forward, backward: undefined };

  function ofBlock(block: Block): Block | undefined {
    return blocks.length === 1 && block.parts.size === 0 ? undefined : block;
  }
}

function combined(operator: EinsumOp, operands: readonly number[]): Scalar<Slot> {
  const { combine = 'mul' } = einsumKinds[operator];
  const [first, ...others] = operands.map(i => slotAccess('value', i + 1));
  return others.reduce<Scalar<Slot>>(
    (sum, operand) => scalarApply(combine, sum, operand),
    first ?? slotAccess('value', 1),
  );
}

/** An operand with the margins that an `=` axis needs, filled with the neutral value of the accumulation. */
export function pad(operator: EinsumOp, spec: Spec, operand: number): Operation {
  const { accumulate } = einsumKinds[operator];
  const value = slotAccess('value', operand + 1);
  const copy = assign(slotAccess('value', 0), { op: accumulate, reset: true }, value, undefined);
  const gradient = slotAccess('grad', operand + 1);
  const back = assign(gradient, { op: 'add' }, slotAccess('grad', 0), undefined);
  const logic: Logic = { kind: 'padding', spec, operand };
  return { operator, hint: 'pad', logic, forward: [copy], backward: [back] };
}
