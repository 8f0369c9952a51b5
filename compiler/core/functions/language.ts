/**
 * What the functions of this folder are written in: straight lines of arithmetic without branches,
 * tables or loops, so that whatever computes many values at once can compute them. Every operation
 * rounds once, to the type of its operands. `evaluate.ts` says what a function is; backends print it.
 */
import { invariant } from '../../support/errors.ts';

export type Type = 'f32' | 'f64' | 'i32' | 'i64';
export type Operation = keyof typeof arities;
export type Comparison = 'lt' | 'le' | 'eq';

export type Value = Constant | Variable | Apply | Select | Convert | Bits | Call;

export interface Constant {
  readonly kind: 'constant';
  readonly type: Type;
  /** Exactly; as a value of `type` it is rounded. */
  readonly value: number;
}

export interface Variable {
  readonly kind: 'variable';
  readonly type: Type;
  readonly name: string;
}

export interface Apply {
  readonly kind: 'apply';
  readonly type: Type;
  readonly op: Operation;
  readonly args: readonly Value[];
}

/** `then` where the comparison holds, else `otherwise`: both are there already. */
export interface Select {
  readonly kind: 'select';
  readonly type: Type;
  readonly comparison: Comparison;
  readonly left: Value;
  readonly right: Value;
  readonly then: Value;
  readonly otherwise: Value;
}

/** The number as another type: to a float the nearest; an integer must have room for it. */
export interface Convert {
  readonly kind: 'convert';
  readonly type: Type;
  readonly value: Value;
}

/** The same bits as another type of the same width. */
export interface Bits {
  readonly kind: 'bits';
  readonly type: Type;
  readonly value: Value;
}

export interface Call {
  readonly kind: 'call';
  readonly type: 'f32';
  readonly callee: ScalarFunction;
  readonly args: readonly Value[];
}

/** A named value, or a polynomial of one; the coefficient of the highest power comes first. */
export type Step =
  | { readonly kind: 'let'; readonly variable: Variable; readonly value: Value }
  | {
      readonly kind: 'polynomial';
      readonly variable: Variable;
      readonly at: Variable;
      readonly coefficients: readonly number[];
    };

/** A function from f32 to f32. */
export interface ScalarFunction {
  readonly name: string;
  readonly parameters: readonly Variable[];
  readonly steps: readonly Step[];
  readonly result: Value;
}

/** A number is a constant of the type of the other operand. */
export type Operand = Value | number;

/** `bit_and` and the shifts are of integers, which wrap; the last five of floats. */
const arities = {
  ...{ add: 2, sub: 2, mul: 2, neg: 1, bit_and: 2, shift_left: 2, shift_right: 2 },
  ...{ div: 2, fma: 3, abs: 1, sqrt: 1, copysign: 2 },
} as const;

export function arityOf(op: Operation): number {
  return arities[op];
}

// ── Functions ───────────────────────────────────────────────────────────────────────────────────

/** Collects the steps of a function as its formula names them. */
export class Steps {
  readonly #steps: Step[] = [];
  readonly #names = new Set<string>();

  get all(): readonly Step[] {
    return this.#steps;
  }

  /** Whatever is used more than once has a name. */
  let(name: string, value: Value): Variable {
    const variable = this.#named(name, value.type);
    this.#steps.push({ kind: 'let', variable, value });
    return variable;
  }

  /** Evaluated by Horner's rule, each step an `fma`. */
  polynomial(name: string, at: Variable, coefficients: readonly number[]): Variable {
    const variable = this.#named(name, at.type);
    this.#steps.push({ kind: 'polynomial', variable, at, coefficients });
    return variable;
  }

  #named(name: string, type: Type): Variable {
    invariant(!this.#names.has(name), () => `${name} is there already`);
    this.#names.add(name);
    return { kind: 'variable', type, name };
  }
}

export function functionOf1(
  name: string,
  formula: (a: Variable, steps: Steps) => Value,
): ScalarFunction {
  const a = parameter('a');
  const steps = new Steps();
  const result = formula(a, steps);
  return { name, parameters: [a], steps: steps.all, result };
}

export function functionOf2(
  name: string,
  formula: (a: Variable, b: Variable, steps: Steps) => Value,
): ScalarFunction {
  const [a, b] = [parameter('a'), parameter('b')];
  const steps = new Steps();
  const result = formula(a, b, steps);
  return { name, parameters: [a, b], steps: steps.all, result };
}

/** Whether some values are doubles, whose vectors are twice as wide. */
export function usesDoubles({ steps, result }: ScalarFunction): boolean {
  const types = [...steps.map(step => step.variable.type), result.type];
  return types.includes('f64');
}

function parameter(name: string): Variable {
  return { kind: 'variable', type: 'f32', name };
}

export function call(callee: ScalarFunction, ...args: readonly Value[]): Call {
  invariant(args.length === callee.parameters.length, () => `arguments of ${callee.name}`);
  return { kind: 'call', type: 'f32', callee, args };
}

// ── Values ──────────────────────────────────────────────────────────────────────────────────────

export const add = operation('add');
export const sub = operation('sub');
export const mul = operation('mul');
export const div = operation('div');
export const neg = operation('neg');
export const abs = operation('abs');
export const sqrt = operation('sqrt');
/** `a * b + c`, rounded once. */
export const fma = operation('fma');
/** The size of the first operand with the sign of the second. */
export const copysign = operation('copysign');
export const bitAnd = operation('bit_and');
export const shiftLeft = operation('shift_left');
/** The sign fills up from the left. */
export const shiftRight = operation('shift_right');

function operation(op: Operation): (...operands: readonly Operand[]) => Value {
  return (...operands) => {
    const args = ofOneType(operands);
    invariant(args.length === arities[op], () => `${op} takes ${arities[op]} operands`);
    return { kind: 'apply', type: args[0]?.type ?? 'f32', op, args };
  };
}

/** Comparing with NaN is false. The arms are constants or have names, so that nothing branches. */
export function select(
  [left, comparison, right]: readonly [Operand, Comparison, Operand],
  then: Operand,
  otherwise: Operand,
): Value {
  const [x, y] = ofOneType([left, right]);
  const [a, b] = ofOneType([then, otherwise]);
  invariant(x && y && a && b, () => 'a select lacks an operand');
  for (const arm of [a, b]) {
    invariant(arm.kind === 'constant' || arm.kind === 'variable', () => `an arm has no name`);
  }
  return { kind: 'select', type: a.type, comparison, left: x, right: y, then: a, otherwise: b };
}

export function constant(type: Type, value: number): Constant {
  return { kind: 'constant', type, value };
}

export function convert(type: Type, value: Value): Value {
  return { kind: 'convert', type, value };
}

/** The bits of a float as an integer, or the float with the bits of an integer. */
export function bits(value: Value): Value {
  return { kind: 'bits', type: sameWidth[value.type], value };
}

const sameWidth = { f32: 'i32', i32: 'f32', f64: 'i64', i64: 'f64' } as const;

function ofOneType(operands: readonly Operand[]): readonly Value[] {
  const type = operands.find(o => typeof o !== 'number')?.type ?? 'f32';
  const values = operands.map(o => (typeof o === 'number' ? constant(type, o) : o));
  invariant(
    values.every(v => v.type === type),
    () => `operands of ${values.map(v => v.type).join(' and ')}`,
  );
  return values;
}
