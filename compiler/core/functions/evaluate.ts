/**
 * What a function is: every step as a device computes it, to the last bit. A function is made into
 * closures once, since programs that are interpreted call it for every cell.
 */
import { invariant, unreachable } from '../../support/errors.ts';
import { fma32, fma64 } from '../fma.ts';
import type {
  Apply,
  Comparison,
  Operation,
  ScalarFunction,
  Select,
  Step,
  Type,
  Value,
  Variable,
} from './language.ts';

/** A JavaScript value: a bigint for i64, a number for all other types. */
type Cell = number | bigint;
/** A function of the variables computed so far. */
type Computed = (cells: readonly Cell[]) => Cell;

export function evaluateFunction(f: ScalarFunction, args: readonly number[]): number {
  const run = known.get(f) ?? new Closures(f).run;
  known.set(f, run);
  return run(args);
}

const known = new WeakMap<ScalarFunction, (args: readonly number[]) => number>();

class Closures {
  readonly run: (args: readonly number[]) => number;
  /** The positions of variables among the cells. */
  readonly #places = new Map<string, number>();

  constructor({ parameters, steps, result }: ScalarFunction) {
    parameters.forEach(({ name }) => this.#places.set(name, this.#places.size));
    const computed = steps.map(step => this.#step(step));
    const last = this.#value(result);
    this.run = args => {
      const cells: Cell[] = args.slice(0, parameters.length);
      for (const compute of computed) cells.push(compute(cells));
      return Number(last(cells));
    };
  }

  #step(step: Step): Computed {
    const computed = step.kind === 'let' ? this.#value(step.value) : this.#polynomial(step);
    this.#places.set(step.variable.name, this.#places.size);
    return computed;
  }

  #polynomial({ at, coefficients }: Extract<Step, { kind: 'polynomial' }>): Computed {
    const x = this.#variable(at);
    const fma = at.type === 'f32' ? fma32 : fma64;
    const [first = 0, ...others] = coefficients.map(c => Number(rounded(at.type, c)));
    return cells => {
      const place = Number(x(cells));
      return others.reduce((sum, c) => fma(sum, place, c), first);
    };
  }

  #value(e: Value): Computed {
    switch (e.kind) {
      case 'constant': {
        const cell = rounded(e.type, e.value);
        return () => cell;
      }
      case 'variable':
        return this.#variable(e);
      case 'apply':
        return this.#apply(e);
      case 'select':
        return this.#select(e);
      case 'convert': {
        const value = this.#value(e.value);
        return cells => converted(e.type, value(cells));
      }
      case 'bits': {
        const value = this.#value(e.value);
        return cells => reinterpreted(e.type, value(cells));
      }
      case 'call': {
        const args = e.args.map(a => this.#value(a));
        return cells =>
          evaluateFunction(
            e.callee,
            args.map(a => Number(a(cells))),
          );
      }
      default:
        return unreachable(e);
    }
  }

  #variable({ name }: Variable): Computed {
    const place = this.#places.get(name);
    invariant(place !== undefined, () => `${name} has no value yet`);
    return cells => cells[place] ?? NaN;
  }

  #apply({ op, type, args }: Apply): Computed {
    const [a = none, b = none, c = none] = args.map(arg => this.#value(arg));
    if (type === 'i64') {
      const exact = ofWide[op];
      invariant(exact, () => `${op} of i64`);
      return cells => BigInt.asIntN(64, exact(BigInt(a(cells)), BigInt(b(cells))));
    }
    const compute = operationOf(op, type);
    return cells => compute(Number(a(cells)), Number(b(cells)), Number(c(cells)));
  }

  #select({ comparison, left, right, then, otherwise }: Select): Computed {
    const holds = comparisons[comparison];
    const [x, y] = [this.#value(left), this.#value(right)];
    const [a, b] = [this.#value(then), this.#value(otherwise)];
    return cells => (holds(x(cells), y(cells)) ? a(cells) : b(cells));
  }
}

const none: Computed = () => 0;

const comparisons: Readonly<Record<Comparison, (a: Cell, b: Cell) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  eq: (a, b) => a === b,
};

function rounded(type: Type, value: number): Cell {
  if (type === 'i64') return BigInt(value);
  return type === 'f32' ? Math.fround(value) : value;
}

function converted(type: Type, value: Cell): Cell {
  const isInteger = type === 'i32' || type === 'i64';
  return rounded(type, isInteger ? Math.trunc(Number(value)) : Number(value));
}

const memory = new DataView(new ArrayBuffer(8));

function reinterpreted(type: Type, value: Cell): Cell {
  switch (type) {
    case 'f32':
      memory.setInt32(0, Number(value));
      return memory.getFloat32(0);
    case 'i32':
      memory.setFloat32(0, Number(value));
      return memory.getInt32(0);
    case 'f64':
      memory.setBigInt64(0, BigInt(value));
      return memory.getFloat64(0);
    case 'i64':
      memory.setFloat64(0, Number(value));
      return memory.getBigInt64(0);
    default:
      return unreachable(type);
  }
}

type Compute = (a: number, b: number, c: number) => number;

function operationOf(op: Operation, type: 'f32' | 'f64' | 'i32'): Compute {
  if (op === 'fma') return type === 'f32' ? fma32 : fma64;
  const compute = (type === 'i32' ? ofIntegers : ofDoubles)[op];
  invariant(compute, () => `${op} of ${type}`);
  // Sums, products, quotients and roots of floats may be rounded twice: a double has enough bits.
  return type === 'f32' ? (a, b, c) => Math.fround(compute(a, b, c)) : compute;
}

const ofDoubles: Partial<Record<Operation, Compute>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: a => -a,
  abs: a => Math.abs(a),
  sqrt: a => Math.sqrt(a),
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
};

const ofIntegers: Partial<Record<Operation, Compute>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: (a, b) => Math.imul(a, b),
  neg: a => -a | 0,
  bit_and: (a, b) => a & b,
  shift_left: (a, b) => a << b,
  shift_right: (a, b) => a >> b,
};

/** The caller wraps. */
const ofWide: Partial<Record<Operation, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  neg: a => -a,
  bit_and: (a, b) => a & b,
  shift_left: (a, b) => a << b,
  shift_right: (a, b) => a >> b,
};
