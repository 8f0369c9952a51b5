/**
 * The backend without a compiler: it runs the loop IR by its definition. Slow; the oracle for the
 * others, and the way to use einc where there is no C compiler.
 */
import {
  type DType,
  interpret,
  invariant,
  type LoopVar,
  type Program,
  roundTo,
  type TensorNode,
} from '../../compiler/index.ts';
import type {
  Backend,
  BoundKernel,
  DeviceBuffer,
  HostNumbers,
  Kernel,
  Plan,
  PlanStep,
  Stream,
} from '../../runtime/backend.ts';

export class InterpreterBackend implements Backend {
  readonly name = 'interp';

  source(): undefined {
    return undefined;
  }

  compile(program: Program): Promise<Kernel> {
    return Promise.resolve(new InterpretedKernel(program));
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new HostBuffer(dtype, cells);
  }

  openStream(): Stream {
    return new InterpretedStream();
  }

  [Symbol.dispose](): void {
    // Everything here is garbage-collected.
  }
}

const cellArrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Uint8Array };

/** Cells on the JavaScript heap. */
export class HostBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly values: HostNumbers;

  constructor(dtype: DType, cells: number) {
    this.dtype = dtype;
    this.values = new cellArrays[dtype](cells);
  }

  get cells(): number {
    return this.values.length;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  write(values: ArrayLike<number>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} values for ${this.cells} cells`,
    );
    for (let i = 0; i < values.length; i++) this.values[i] = roundTo(this.dtype, values[i] ?? NaN);
  }

  read(): HostNumbers {
    return this.values.slice();
  }

  at(cell: number): number {
    const value = this.values[cell];
    if (value === undefined) throw new RangeError(`cell ${cell} of ${this.cells}`);
    return value;
  }

  [Symbol.dispose](): void {
    // Garbage-collected.
  }
}

class InterpretedKernel implements Kernel {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  bind(buffers: readonly DeviceBuffer[]): BoundKernel {
    const { params, scratch } = this.#program;
    const memory = new Map<TensorNode, HostNumbers>();
    [...params, ...scratch].forEach((node, i) => {
      const buffer = buffers[i];
      invariant(buffer instanceof HostBuffer, () => `no buffer for ${node.name}`);
      memory.set(node, buffer.values);
    });
    return new InterpretedRun(this.#program, memory);
  }

  [Symbol.dispose](): void {
    // Garbage-collected.
  }
}

class InterpretedRun implements BoundKernel {
  readonly #program: Program;
  readonly #memory: ReadonlyMap<TensorNode, HostNumbers>;

  constructor(program: Program, memory: ReadonlyMap<TensorNode, HostNumbers>) {
    this.#program = program;
    this.#memory = memory;
  }

  run(indices: readonly number[]): void {
    const symbols = new Map<LoopVar, number>(
      this.#program.symbols.map(({ loop }, i) => [loop, indices[i] ?? NaN]),
    );
    interpret(this.#program, this.#memory, symbols);
  }
}

class InterpretedPlan implements Plan {
  readonly steps: readonly PlanStep[];
  readonly indexCount: number;

  constructor(steps: readonly PlanStep[]) {
    this.steps = steps;
    this.indexCount = Math.max(0, ...steps.flatMap(step => step.symbols).map(i => i + 1));
  }

  [Symbol.dispose](): void {
    // Garbage-collected.
  }
}

/** Runs when asked, on the calling thread: its queue is always empty. */
class InterpretedStream implements Stream {
  plan(steps: readonly PlanStep[]): Plan {
    return new InterpretedPlan(steps);
  }

  launch(plan: Plan, indices: readonly number[]): void {
    this.run(plan, indices);
  }

  run(plan: Plan, indices: readonly number[]): void {
    invariant(plan instanceof InterpretedPlan, () => 'a plan of another backend');
    for (const { kernel, symbols } of plan.steps) {
      invariant(kernel instanceof InterpretedRun, () => 'a kernel of another backend');
      kernel.run(symbols.map(i => indices[i] ?? NaN));
    }
  }

  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    for (let i = 0; i < count; i++) {
      this.run(
        plan,
        indices.map((start, j) => start + i * (steps[j] ?? 0)),
      );
    }
  }

  idle(): Promise<void> {
    return Promise.resolve();
  }

  wait(): void {
    // Nothing is ever queued.
  }

  [Symbol.dispose](): void {
    // Nothing to stop.
  }
}
