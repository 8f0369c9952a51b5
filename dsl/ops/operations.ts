/** The operations of `op`, each as the code it stands for. Their derivatives follow from the code. */
import {
  assign,
  infoOf,
  type Op,
  ops,
  type Scalar,
  scalarApply,
  type StaticSymbol,
} from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { Logic } from '../shape/logic.ts';

const [v1, v2] = [slotAccess('value', 1), slotAccess('value', 2)];

/** `v =: op(v1, …)`, pointwise. */
export function elementwise(op: Op, operator: string = op): Operation {
  const operands = [1, 2, 3].slice(0, infoOf(op).arity).map(i => slotAccess('value', i));
  const forward = [set(scalarApply(op, ...operands))];
  return { operator, hint: op, logic: { kind: 'pointwise' }, forward, backward: undefined };
}

/** The infix operators, by how they are written. */
export const infixOperations = {
  '+': elementwise('add', '+'),
  '-': elementwise('sub', '-'),
  '*.': elementwise('mul', '*.'),
  '/.': elementwise('div', '/.'),
  '**.': elementwise('pow', '**.'),
  '*': summing('*', 'matmul', { kind: 'compose' }, scalarApply('mul', v1, v2)),
} as const satisfies Record<string, Operation>;

export const negation = elementwise('neg', '-');

/** `v =: v1` */
export const identity: Operation = {
  operator: 'id',
  hint: 'id',
  logic: { kind: 'pointwise' },
  forward: [set(v1)],
  backward: undefined,
};

/** `stop_gradient x`: the value, which derivatives take for a constant. */
export const stopGradient: Operation = {
  ...identity,
  operator: 'stop_gradient',
  hint: 'stop_gradient',
  backward: [],
  stops: true,
};

/** `tensor @| symbol` */
export function slice(symbol: StaticSymbol): Operation {
  const logic: Logic = { kind: 'slice', symbol };
  return { operator: '@|', hint: 'slice', logic, forward: [set(v1)], backward: undefined };
}

/** The named functions: every scalar op is one, pointwise. */
export const functions: ReadonlyMap<string, Operation> = new Map(
  (Object.keys(ops) as Op[]).map(op => [op, elementwise(op)]),
);

/** How many operands a named function takes. */
export function arityOf(operation: Operation): number {
  return infoOf(operation.hint as Op).arity;
}

function set(value: Scalar<Slot>): SlotAssign {
  return assign(slotAccess('value', 0), { op: 'set' }, value, undefined);
}

function summing(operator: string, hint: string, logic: Logic, value: Scalar<Slot>): Operation {
  const sum = assign(slotAccess('value', 0), { op: 'add', reset: true }, value, undefined);
  return { operator, hint, logic, forward: [sum], backward: undefined };
}
