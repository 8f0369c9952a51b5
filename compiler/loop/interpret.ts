/**
 * Runs a program one scalar at a time: the meaning that every pass and every backend is tested against. Statements and
 * expressions become closures once per run, since loops execute them many times.
 */
import type { MutableCells } from '../core/cells.ts';
import { roundTo, type Value } from '../core/dtype.ts';
import type { LoopVar } from '../core/index-expr.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { unreachable } from '../support/errors.ts';
import { type Box, Closures, type Compute, type Get, type Memory } from './closures.ts';
import type { Program, Stmt } from './ir.ts';

export type { Cells } from '../core/cells.ts';
export type { Compute, Memory } from './closures.ts';

/**
 * `memory` holds the parameters; `symbols` their static indices; `compute` may stand in for what a device does, to
 * see what another rounding would come to.
 */
export function interpret(
  program: Program,
  memory: Memory,
  symbols: ReadonlyMap<LoopVar, number> = new Map(),
  compute?: Compute,
): void {
  const statements = new Statements(new Closures(memory, symbols, compute));
  program.scratch.forEach(({ node }) => statements.declare(node)());
  statements.statement(program.body)();
}

type Run = () => void;

class Statements {
  readonly #closures: Closures;

  constructor(closures: Closures) {
    this.#closures = closures;
  }

  /** NaN makes a read before the first write visible. */
  declare(node: TensorNode): Run {
    const place = this.#closures.place(node);
    const length = cellsOf(node);
    return () => {
      place.value = Array<Value>(length).fill(NaN);
    };
  }

  statement(s: Stmt): Run {
    switch (s.kind) {
      case 'comment':
      case 'prefetch':
        return () => undefined;
      case 'block':
        return this.#block(s.body.map(child => this.statement(child)));
      case 'for':
        return this.#for(s.extent, this.#closures.loop(s.loop), this.statement(s.body));
      case 'when': {
        const [index, body] = [this.#closures.index(s.index), this.statement(s.body)];
        return () => {
          if (index() < s.below) body();
        };
      }
      case 'declare':
        return this.declare(s.node);
      case 'fill':
        return this.#fill(this.#closures.cells(s.node), roundTo(s.node.dtype, s.value));
      case 'write': {
        const cells = this.#closures.cells(s.node);
        const [cell, value] = [
          this.#closures.offset(s.node, s.index),
          this.#closures.value(s.value),
        ];
        return () => {
          cells()[cell()] = value();
        };
      }
      case 'accumulate':
        return this.#accumulate(s, this.#closures.offset(s.node, s.index));
      case 'scatter':
        return this.#accumulate(s, this.#closures.found(s.node, s.index));
      default:
        return unreachable(s);
    }
  }

  #block(body: readonly Run[]): Run {
    return () => {
      for (const run of body) run();
    };
  }

  #for(extent: number, loop: Box<number>, body: Run): Run {
    return () => {
      for (let i = 0; i < extent; i++) {
        loop.value = i;
        body();
      }
    };
  }

  #fill(cells: Get<MutableCells>, value: Value): Run {
    return () => {
      const filled = cells();
      for (let i = 0; i < filled.length; i++) filled[i] = value;
    };
  }

  #accumulate(
    s: Extract<Stmt, { kind: 'accumulate' | 'scatter' }>,
    cell: Get<number | undefined>,
  ): Run {
    const [cells, value] = [this.#closures.cells(s.node), this.#closures.value(s.value)];
    const compute = this.#closures.evaluator(s.op, s.node.dtype);
    return () => {
      const [to, at, by] = [cells(), cell(), value()];
      if (at !== undefined) to[at] = compute(to[at] ?? NaN, by);
    };
  }
}
