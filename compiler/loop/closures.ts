/** Expressions of an interpreted program as closures over its arrays and loops. */
import type { AnyCells, MutableCells } from '../core/cells.ts';
import { type DType, roundingTo, roundTo, type Value } from '../core/dtype.ts';
import {
  type Digit,
  digitOfNumber,
  type Index,
  isLoop,
  type LoopVar,
  sumOf,
} from '../core/index-expr.ts';
import { type Evaluator, evaluatorOf, type Op } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { InternalError, invariant, unreachable } from '../support/errors.ts';
import { type Expr, isComputed, type Subscript } from './ir.ts';

export type Memory = ReadonlyMap<TensorNode, AnyCells>;
export type Compute = (op: Op, dtype: DType, a: Value, b?: Value, c?: Value) => Value;

export type Get<T> = () => T;

export interface Box<T> {
  value: T;
}

export class Closures {
  /** The cells of each array, once it has some. */
  readonly #memory: Map<TensorNode, Box<MutableCells | undefined>>;
  /** The current value of every loop being run. */
  readonly #loops: Map<LoopVar, Box<number>>;
  readonly #compute: Compute | undefined;

  constructor(memory: Memory, symbols: ReadonlyMap<LoopVar, number>, compute?: Compute) {
    this.#compute = compute;
    this.#memory = new Map([...memory].map(([node, value]) => [node, { value }]));
    this.#loops = new Map([...symbols].map(([loop, value]) => [loop, { value }]));
  }

  value(e: Expr): Get<Value> {
    switch (e.kind) {
      case 'const': {
        const value = roundTo(e.dtype, e.value);
        return () => value;
      }
      case 'read': {
        const [place, cell] = [this.place(e.node), this.offset(e.node, e.index)];
        return () => (place.value ?? missing(e.node))[cell()] ?? NaN;
      }
      case 'gather': {
        const [cells, cell] = [this.cells(e.node), this.found(e.node, e.index)];
        const none = roundTo(e.dtype, 0);
        return () => {
          const found = cell();
          return found === undefined ? none : (cells()[found] ?? NaN);
        };
      }
      case 'index':
        return this.index(e.index);
      case 'cast': {
        const [round, value] = [roundingTo(e.dtype), this.value(e.value)];
        return () => round(value());
      }
      case 'apply': {
        const [a, b, c] = e.args.map(arg => this.value(arg));
        invariant(a, () => `${e.op} without operands`);
        const compute = this.evaluator(e.op, e.dtype);
        if (!b) return () => compute(a());
        return c ? () => compute(a(), b(), c()) : () => compute(a(), b());
      }
      default:
        return unreachable(e);
    }
  }

  evaluator(op: Op, dtype: DType): Evaluator {
    const compute = this.#compute;
    return compute ? (a, b, c) => compute(op, dtype, a, b, c) : evaluatorOf(op, dtype);
  }

  cells(node: TensorNode): Get<MutableCells> {
    const place = this.place(node);
    return () => place.value ?? missing(node);
  }

  place(node: TensorNode): Box<MutableCells | undefined> {
    const place = this.#memory.get(node) ?? { value: undefined };
    this.#memory.set(node, place);
    return place;
  }

  loop(loop: LoopVar): Box<number> {
    const box = this.#loops.get(loop) ?? { value: NaN };
    this.#loops.set(loop, box);
    return box;
  }

  /** The offset of a cell in its array, in row-major order. */
  offset({ dims }: TensorNode, index: readonly Index[]): Get<number> {
    const strides = index.map((_, axis) => dims.slice(axis + 1, index.length).reduce(product, 1));
    return this.index(sumOf(index.map((ix, axis) => [strides[axis] ?? NaN, ix])));
  }

  /** Undefined when a computed subscript is outside its axis. */
  found(node: TensorNode, index: readonly Subscript[]): Get<number | undefined> {
    const subscripts = index.map((ix, axis) => ({
      at: isComputed(ix) ? this.value(ix) : this.index(ix),
      dim: node.dims[axis] ?? NaN,
    }));
    return () => {
      let offset = 0;
      for (const { at, dim } of subscripts) {
        const place = Number(at());
        if (!(place >= 0 && place < dim && Number.isInteger(place))) return undefined;
        offset = offset * dim + place;
      }
      return offset;
    };
  }

  index({ terms, offset }: Index): Get<number> {
    const loops = terms.filter(isLoop).map(t => ({ coeff: t.coeff, loop: this.loop(t.loop) }));
    const digits = terms.flatMap(t =>
      isLoop(t) ? [] : [{ coeff: t.coeff, digit: this.#digit(t.digit) }],
    );
    const [first, second, third] = loops;
    if (digits.length > 0 || loops.length > 3) {
      return () => {
        let sum = offset;
        for (const { coeff, loop } of loops) sum += coeff * loop.value;
        for (const { coeff, digit } of digits) sum += coeff * digit();
        return sum;
      };
    }
    // Nearly all are sums of few loops, which are added without a list of them.
    if (!first) return () => offset;
    const [a, m] = [first.loop, first.coeff];
    if (!second) return () => offset + m * a.value;
    const [b, n] = [second.loop, second.coeff];
    if (!third) return () => offset + m * a.value + n * b.value;
    const [c, o] = [third.loop, third.coeff];
    return () => offset + m * a.value + n * b.value + o * c.value;
  }

  #digit(digit: Digit): Get<number> {
    const of = this.index(digit.of);
    return () => digitOfNumber(of(), digit);
  }
}

function missing({ name }: TensorNode): never {
  throw new InternalError(`no memory for ${name}`);
}

function product(a: number, b: number): number {
  return a * b;
}
