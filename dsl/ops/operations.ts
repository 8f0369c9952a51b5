/** The operations of `op`, each as the code it stands for. Their derivatives are derived from the code. */
import {
  assign,
  type DType,
  dtypes,
  kindOf,
  type Scalar,
  scalarApply,
  type StaticSymbol,
} from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { Logic } from '../shape/logic.ts';
import { infixFunctions } from './infix.ts';
import { scalarFunction, scalarFunctions } from './scalar-functions.ts';

const [v1, v2] = [slotAccess('value', 1), slotAccess('value', 2)];

/** `v =: f(v1, …)`, pointwise. */
export function elementwise(name: string, operator = name): Operation {
  const f = scalarFunction(name);
  const operands = [1, 2, 3].slice(0, f.arity).map(i => slotAccess('value', i));
  const logic = { kind: 'pointwise' } as const;
  return { operator, hint: name, logic, forward: [set(f.of(...operands))], backward: undefined };
}

/** `a * b`, of tensors. */
export const product = summing('*', 'matmul', { kind: 'compose' }, scalarApply('mul', v1, v2));

/** The element-wise infix operators, by their text. */
export function infixOperation(operator: keyof typeof infixFunctions): Operation {
  return elementwise(infixFunctions[operator], operator);
}

export const negation = elementwise('neg', '-');

/** `v =: v1` */
export const identity: Operation = {
  operator: 'id',
  hint: 'id',
  logic: { kind: 'pointwise' },
  forward: [set(v1)],
  backward: undefined,
};

/** `tensor @| symbol` */
export function slice(symbol: StaticSymbol): Operation {
  const logic: Logic = { kind: 'slice', symbol };
  return { operator: '@|', hint: 'slice', logic, forward: [set(v1)], backward: undefined };
}

/** The named functions: every scalar function is one, pointwise. */
export const functions: ReadonlyMap<string, Operation> = new Map(
  [...scalarFunctions.keys()].map(name => [name, elementwise(name)]),
);

/** `f32(x)`: the same values in another dtype. No gradient flows through integers. */
export function conversionTo(dtype: DType): Operation {
  return {
    ...{ ...identity, operator: dtype, hint: dtype, converts: dtype },
    backward: kindOf(dtype) === 'float' ? undefined : [],
  };
}

export const conversions: ReadonlyMap<string, Operation> = new Map(
  dtypes.map(dtype => [dtype, conversionTo(dtype)]),
);

export function operationNamed(name: string): Operation | undefined {
  return functions.get(name) ?? conversions.get(name);
}

/** The number of operands of a named function. */
export function arityOf(operation: Operation): number {
  return operation.converts ? 1 : scalarFunction(operation.hint).arity;
}

function set(value: Scalar<Slot>): SlotAssign {
  return assign(slotAccess('value', 0), { op: 'set' }, value, undefined);
}

function summing(operator: string, hint: string, logic: Logic, value: Scalar<Slot>): Operation {
  const sum = assign(slotAccess('value', 0), { op: 'add', reset: true }, value, undefined);
  return { operator, hint, logic, forward: [sum], backward: undefined };
}
