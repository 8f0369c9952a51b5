import type { AnyCells, MutableCells } from '../core/cells.ts';
import { type DType, roundTo, type Value } from '../core/dtype.ts';
import { type Index, type LoopVar, valueOf } from '../core/index-expr.ts';
import { evaluate, type Op } from '../core/op.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { invariant, unreachable } from '../support/errors.ts';
import { type Expr, isComputed, type Program, type Stmt, type Subscript } from './ir.ts';

export type { Cells } from '../core/cells.ts';
export type Memory = ReadonlyMap<TensorNode, AnyCells>;
export type Compute = (op: Op, dtype: DType, a: Value, b?: Value, c?: Value) => Value;

/**
 * Runs a program one scalar at a time. Slow, obvious, and the meaning that every pass and every
 * backend is tested against. `memory` holds the parameters; `symbols` their static indices;
 * `compute` may stand in for what a device does, to see what another rounding would come to.
 */
export function interpret(
  program: Program,
  memory: Memory,
  symbols: ReadonlyMap<LoopVar, number> = new Map(),
  compute: Compute = evaluate,
): void {
  const interpreter = new Interpreter(memory, symbols, compute);
  program.scratch.forEach(({ node }) => interpreter.declare(node));
  interpreter.run(program.body);
}

class Interpreter {
  readonly #memory: Map<TensorNode, MutableCells>;
  /** The current value of every loop being run. */
  readonly #loops: Map<LoopVar, number>;
  readonly #compute: Compute;

  constructor(memory: Memory, symbols: ReadonlyMap<LoopVar, number>, compute: Compute) {
    this.#compute = compute;
    this.#memory = new Map(memory);
    this.#loops = new Map(symbols);
  }

  /** NaN makes a read before the first write visible. */
  declare(node: TensorNode): void {
    this.#memory.set(node, Array<Value>(cellsOf(node)).fill(NaN));
  }

  run(s: Stmt): void {
    switch (s.kind) {
      case 'comment':
      case 'prefetch':
        return;
      case 'block':
        for (const child of s.body) this.run(child);
        return;
      case 'for':
        for (let i = 0; i < s.extent; i++) {
          this.#loops.set(s.loop, i);
          this.run(s.body);
        }
        return;
      case 'when':
        if (this.#index(s.index) < s.below) this.run(s.body);
        return;
      case 'declare':
        this.declare(s.node);
        return;
      case 'fill':
        this.#fill(this.#cells(s.node), roundTo(s.node.dtype, s.value));
        return;
      case 'write':
        this.#cells(s.node)[this.#offset(s.node, s.index)] = this.#value(s.value);
        return;
      case 'accumulate': {
        const cells = this.#cells(s.node);
        const cell = this.#offset(s.node, s.index);
        cells[cell] = this.#compute(s.op, s.node.dtype, cells[cell] ?? NaN, this.#value(s.value));
        return;
      }
      case 'scatter': {
        const cells = this.#cells(s.node);
        const cell = this.#found(s.node, s.index);
        const value = this.#value(s.value);
        if (cell === undefined) return;
        cells[cell] = this.#compute(s.op, s.node.dtype, cells[cell] ?? NaN, value);
        return;
      }
      default:
        unreachable(s);
    }
  }

  #fill(cells: MutableCells, value: Value): void {
    for (let i = 0; i < cells.length; i++) cells[i] = value;
  }

  #value(e: Expr): Value {
    switch (e.kind) {
      case 'const':
        return roundTo(e.dtype, e.value);
      case 'read':
        return this.#cells(e.node)[this.#offset(e.node, e.index)] ?? NaN;
      case 'gather': {
        const cell = this.#found(e.node, e.index);
        return cell === undefined ? roundTo(e.dtype, 0) : (this.#cells(e.node)[cell] ?? NaN);
      }
      case 'index':
        return this.#index(e.index);
      case 'cast':
        return roundTo(e.dtype, this.#value(e.value));
      case 'apply': {
        const [a, b, c] = e.args;
        invariant(a, () => `${e.op} without operands`);
        return this.#compute(
          e.op,
          e.dtype,
          this.#value(a),
          b && this.#value(b),
          c && this.#value(c),
        );
      }
      default:
        return unreachable(e);
    }
  }

  #cells(node: TensorNode): MutableCells {
    const cells = this.#memory.get(node);
    invariant(cells, () => `no memory for ${node.name}`);
    return cells;
  }

  #offset(node: TensorNode, index: readonly Index[]): number {
    let offset = 0;
    for (const [axis, ix] of index.entries()) {
      offset = offset * (node.dims[axis] ?? NaN) + this.#index(ix);
    }
    return offset;
  }

  /** Undefined when a computed subscript is outside its axis. */
  #found(node: TensorNode, index: readonly Subscript[]): number | undefined {
    let offset = 0;
    for (const [axis, ix] of index.entries()) {
      const dim = node.dims[axis] ?? NaN;
      const at = isComputed(ix) ? Number(this.#value(ix)) : this.#index(ix);
      if (!(at >= 0 && at < dim && Number.isInteger(at))) return undefined;
      offset = offset * dim + at;
    }
    return offset;
  }

  #index(index: Index): number {
    return valueOf(index, loop => this.#loops.get(loop) ?? NaN);
  }
}
