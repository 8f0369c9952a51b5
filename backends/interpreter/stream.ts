import { invariant, store } from '../../compiler/index.ts';
import type { DeviceBuffer, Plan, PlanStep, Stream, StreamEvent } from '../../runtime/backend.ts';
import { Ownership } from '../native/ownership.ts';
import { HostBuffer } from './buffer.ts';
import { InterpretedRun } from './kernel.ts';

interface InterpretedStep {
  readonly kernel: InterpretedRun;
  readonly symbols: readonly number[];
}

class InterpretedPlan implements Plan {
  readonly stream: Stream;
  readonly #steps: readonly InterpretedStep[];
  readonly indexCount: number;
  readonly #ownership = new Ownership(this, 'a plan', () => undefined);

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

/** An event that has already happened. */
class InterpretedEvent implements StreamEvent {
  readonly stream: Stream;

  constructor(stream: Stream) {
    this.stream = stream;
  }
}

/** Runs commands immediately, on the calling thread, so its queue is always empty. */
export class InterpretedStream implements Stream {
  readonly #ownership = new Ownership(this, 'a stream', () => undefined);

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
