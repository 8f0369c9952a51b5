/**
 * The backend without a compiler: it runs the loop IR by its definition. Slow; the oracle for the
 * others, and the way to use einc where there is no C compiler.
 */
import {
  bytesOf,
  cellArrays,
  type AnyCells,
  type DType,
  interpret,
  invariant,
  type LoopVar,
  type Program,
  store,
  targets,
  type TensorNode,
  type Value,
} from '../../compiler/index.ts';
import type {
  Backend,
  BackendDevice,
  BoundKernel,
  DeviceBuffer,
  Kernel,
  Plan,
  PlanStep,
  Stream,
  StreamEvent,
} from '../../runtime/backend.ts';
import { namedParts } from '../named-parts.ts';
import { Ownership } from '../native/ownership.ts';

export class InterpreterBackend implements Backend {
  readonly name = 'interp';
  /** It is what schedules are compared with. */
  readonly target = targets.scalar;
  readonly sharesMemory: boolean = true;

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

  devices(count: number | 'all'): readonly BackendDevice[] {
    return namedParts(this, count);
  }

  [Symbol.dispose](): void {
    // Everything here is garbage-collected.
  }
}

/** AnyCells on the JavaScript heap. */
export class HostBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly cells: number;
  readonly #ownership: Ownership;
  #values: AnyCells;

  constructor(dtype: DType, cells: number, values: AnyCells = new cellArrays[dtype](cells)) {
    this.dtype = dtype;
    this.cells = cells;
    this.#values = values;
    this.#ownership = new Ownership(this, `a buffer of ${cells} cells of ${dtype}`, nothing);
  }

  /** The cells themselves. */
  get values(): AnyCells {
    this.#ownership.check();
    return this.#values;
  }

  get bytes(): number {
    return this.cells * bytesOf[this.dtype];
  }

  write(values: ArrayLike<Value>): void {
    invariant(
      values.length === this.cells,
      () => `${values.length} values for ${this.cells} cells`,
    );
    store(this.dtype, values, this.values);
  }

  read(): AnyCells {
    return this.values.slice();
  }

  at(cell: number): Value {
    const value = this.values[cell];
    if (value === undefined) throw new RangeError(`cell ${cell} of ${this.cells}`);
    return value;
  }

  window(first: number, cells: number): DeviceBuffer {
    return new HostBuffer(this.dtype, cells, this.values.subarray(first, first + cells));
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
    this.#values = this.#values.subarray(0, 0);
  }
}

class InterpretedKernel implements Kernel {
  readonly #program: Program;
  readonly #ownership: Ownership;

  constructor(program: Program) {
    this.#program = program;
    this.#ownership = new Ownership(this, `kernel \`${program.name}\``, nothing);
  }

  /** The interpreter makes arrays of one run for each run, so it needs no arena. */
  bind(buffers: readonly DeviceBuffer[]): BoundKernel {
    this.#ownership.check();
    const memory = new Map<TensorNode, HostBuffer>();
    this.#program.params.forEach((node, i) => {
      const buffer = buffers[i];
      invariant(buffer instanceof HostBuffer, () => `no buffer for ${node.name}`);
      memory.set(node, buffer);
    });
    return new InterpretedRun(this.#program, memory);
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

class InterpretedRun implements BoundKernel {
  readonly #program: Program;
  readonly #buffers: ReadonlyMap<TensorNode, HostBuffer>;

  constructor(program: Program, buffers: ReadonlyMap<TensorNode, HostBuffer>) {
    this.#program = program;
    this.#buffers = buffers;
  }

  run(indices: readonly number[]): void {
    const memory = new Map([...this.#buffers].map(([node, buffer]) => [node, buffer.values]));
    const symbols = new Map<LoopVar, number>(
      this.#program.symbols.map(({ loop }, i) => [loop, indices[i] ?? NaN]),
    );
    interpret(this.#program, memory, symbols);
  }
}

interface InterpretedStep {
  readonly kernel: InterpretedRun;
  readonly symbols: readonly number[];
}

class InterpretedPlan implements Plan {
  readonly stream: Stream;
  readonly #steps: readonly InterpretedStep[];
  readonly indexCount: number;
  readonly #ownership = new Ownership(this, 'a plan', nothing);

  constructor(stream: Stream, steps: readonly PlanStep[]) {
    this.stream = stream;
    this.#steps = steps.map(({ kernel, symbols }) => {
      invariant(kernel instanceof InterpretedRun, () => 'a kernel of another backend');
      return { kernel, symbols };
    });
    this.indexCount = Math.max(0, ...steps.flatMap(step => step.symbols).map(i => i + 1));
  }

  run(indices: readonly number[]): void {
    this.#ownership.check();
    for (const { kernel, symbols } of this.#steps) {
      kernel.run(symbols.map(i => indices[i] ?? NaN));
    }
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** Reached when it is made. */
class InterpretedEvent implements StreamEvent {
  readonly stream: Stream;

  constructor(stream: Stream) {
    this.stream = stream;
  }
}

/** Runs when asked, on the calling thread: its queue is always empty. */
class InterpretedStream implements Stream {
  readonly #ownership = new Ownership(this, 'a stream', nothing);

  plan(steps: readonly PlanStep[]): Plan {
    this.#ownership.check();
    return new InterpretedPlan(this, steps);
  }

  launch(plan: Plan, indices: readonly number[]): void {
    this.run(plan, indices);
  }

  run(plan: Plan, indices: readonly number[]): void {
    this.#ownership.check();
    const isOwn = plan instanceof InterpretedPlan && plan.stream === this;
    invariant(isOwn, () => 'a plan of another stream');
    plan.run(indices);
  }

  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    for (let i = 0; i < count; i++) {
      this.run(
        plan,
        indices.map((start, j) => start + i * (steps[j] ?? 0)),
      );
    }
  }

  record(): StreamEvent {
    return new InterpretedEvent(this);
  }

  waitFor(event: StreamEvent): void {
    this.#ownership.check();
    invariant(event instanceof InterpretedEvent, () => 'an event of another backend');
  }

  copy(to: DeviceBuffer, from: DeviceBuffer): void {
    this.#ownership.check();
    invariant(
      to instanceof HostBuffer && from instanceof HostBuffer,
      () => 'a copy between buffers of another backend',
    );
    invariant(
      to.dtype === from.dtype && to.cells === from.cells,
      () => `a copy of ${from.cells} cells of ${from.dtype} to ${to.cells} of ${to.dtype}`,
    );
    store(to.dtype, from.values, to.values);
  }

  async finished(event: StreamEvent): Promise<void> {
    const isOwn = event instanceof InterpretedEvent && event.stream === this;
    invariant(isOwn, () => 'an event of another stream');
    await this.idle();
  }

  async idle(): Promise<void> {
    this.wait();
    await Promise.resolve();
  }

  /** Nothing is ever queued. */
  wait(): void {
    this.#ownership.check();
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** What is released here is left to the garbage collector. */
function nothing(): void {
  // See above.
}
