import { invariant } from '../../compiler/index.ts';
import type { DeviceBuffer, Plan, PlanStep, Stream, StreamEvent } from '../../runtime/backend.ts';
import {
  type Native,
  type NativeDeviceHandle,
  type PlanHandle,
  type Position,
  type StreamHandle,
} from './addon.ts';
import { NativeBuffer } from './buffer.ts';
import { explained, forgetKernels, noteKernels } from './failures.ts';
import { NativeBoundKernel } from './kernel.ts';
import { Ownership } from './ownership.ts';

export class NativeStream implements Stream {
  readonly #native: Native;
  readonly #handle: StreamHandle;
  readonly #ownership: Ownership;
  /** After what was queued last. */
  #position: Position = 0;

  /** On the whole machine when no device is given. */
  constructor(native: Native, device?: NativeDeviceHandle) {
    const handle = device === undefined ? native.createStream() : native.createStream(device);
    this.#native = native;
    this.#handle = handle;
    this.#ownership = new Ownership(this, 'a stream', () => native.destroyStream(handle));
  }

  plan(steps: readonly PlanStep[]): NativePlan {
    this.#ownership.check();
    const own = steps.map(ownStep);
    const indexCount = Math.max(0, ...own.flatMap(step => step.symbols).map(symbol => symbol + 1));
    const handle = this.#native.createPlan(this.#handle, indexCount, encode(own));
    noteKernels(
      handle,
      own.map(({ kernel: { kernel } }) => kernel),
    );
    return new NativePlan(this, handle, indexCount, own, this.#native);
  }

  launch(plan: Plan, indices: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#position = this.#native.launch(own.handle, ...indices);
    } catch (error) {
      throw explained(error, own);
    }
  }

  run(plan: Plan, indices: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#native.run(own.handle, ...indices);
    } catch (error) {
      throw explained(error, own);
    }
  }

  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#position = this.#native.loop(own.handle, count, ...indices, ...steps);
    } catch (error) {
      throw explained(error, own);
    }
  }

  /** `loop` on the calling thread, after all that is queued; returns when it is done. */
  runLoop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#native.runLoop(own.handle, count, ...indices, ...steps);
    } catch (error) {
      throw explained(error, own);
    }
  }

  record(): StreamEvent {
    return new NativeEvent(this, this.#position);
  }

  waitFor(event: StreamEvent): void {
    this.#ownership.check();
    invariant(event instanceof NativeEvent, () => 'an event of another backend');
    const { stream, position } = event;
    if (stream === this) return;
    // A stream ends when all is done that was queued there.
    if (!stream.isOpen) return;
    this.#position = this.#native.waitFor(this.#handle, stream.#handle, position);
  }

  copy(to: DeviceBuffer, from: DeviceBuffer): void {
    this.#ownership.check();
    invariant(
      to instanceof NativeBuffer && from instanceof NativeBuffer,
      () => 'a copy between buffers of another backend',
    );
    invariant(
      to.dtype === from.dtype && to.cells === from.cells,
      () => `a copy of ${from.cells} cells of ${from.dtype} to ${to.cells} of ${to.dtype}`,
    );
    this.#position = this.#native.copy(this.#handle, to.handle, from.handle);
  }

  async finished(event: StreamEvent): Promise<void> {
    this.#ownership.check();
    const isOwn = event instanceof NativeEvent && event.stream === this;
    invariant(isOwn, () => 'an event of another stream');
    try {
      await this.#native.finished(this.#handle, event.position);
    } catch (error) {
      throw explained(error);
    }
  }

  /** For lists of commands. Throws once the stream is disposed of. */
  get handle(): StreamHandle {
    this.#ownership.check();
    return this.#handle;
  }

  /** A list has queued so much here. */
  hasCome(position: Position): void {
    this.#position = position;
  }

  get isOpen(): boolean {
    return this.#ownership.isLive;
  }

  async idle(): Promise<void> {
    this.#ownership.check();
    try {
      await this.#native.idle(this.#handle);
    } catch (error) {
      throw explained(error);
    }
  }

  busyMilliseconds(): number {
    this.#ownership.check();
    return this.#native.busy(this.#handle);
  }

  wait(): void {
    this.#ownership.check();
    try {
      this.#native.wait(this.#handle);
    } catch (error) {
      throw explained(error);
    }
  }

  /** Waits for what is queued; a failure nobody has waited for is lost. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }

  #own(plan: Plan): NativePlan {
    this.#ownership.check();
    invariant(plan instanceof NativePlan && plan.stream === this, () => 'a plan of another stream');
    return plan;
  }
}

/** A position of a stream, which it keeps from being collected. Nothing native stands behind it. */
class NativeEvent implements StreamEvent {
  readonly stream: NativeStream;
  readonly position: Position;

  constructor(stream: NativeStream, position: Position) {
    this.stream = stream;
    this.position = position;
  }
}

/** Keeps its stream, its kernels and its buffers from being collected. */
export class NativePlan implements Plan {
  readonly stream: NativeStream;
  readonly indexCount: number;
  readonly steps: readonly NativeStep[];
  readonly #handle: PlanHandle;
  readonly #ownership: Ownership;

  constructor(
    stream: NativeStream,
    handle: PlanHandle,
    indexCount: number,
    steps: readonly NativeStep[],
    native: Native,
  ) {
    this.stream = stream;
    this.indexCount = indexCount;
    this.steps = steps;
    this.#handle = handle;
    this.#ownership = new Ownership(this, 'a plan', () => {
      forgetKernels(handle);
      native.destroyPlan(handle);
    });
  }

  get handle(): PlanHandle {
    this.#ownership.check();
    return this.#handle;
  }

  /** Throws when a buffer of the plan is disposed of; the plan cannot run any more. */
  checkBuffers(): void {
    for (const { kernel } of this.steps) kernel.buffers.forEach(buffer => buffer.handle);
  }

  /** What is queued still runs. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

interface NativeStep {
  readonly kernel: NativeBoundKernel;
  readonly symbols: readonly number[];
}

function ownStep({ kernel, symbols }: PlanStep): NativeStep {
  invariant(kernel instanceof NativeBoundKernel, () => 'a kernel of another backend');
  const { symbol, signature } = kernel.kernel;
  invariant(
    signature === undefined || signature.indices === symbols.length,
    () => `kernel \`${symbol}\` takes ${signature?.indices ?? 0} indices, not ${symbols.length}`,
  );
  return { kernel, symbols };
}

/** As `Native.createPlan` reads it: a kernel's buffers first, then its indices. */
function encode(steps: readonly NativeStep[]): Float64Array {
  const numbers = steps.flatMap(({ kernel: { kernel, buffers }, symbols }) => [
    kernel.handle,
    buffers.length + symbols.length,
    ...buffers.map(buffer => buffer.handle),
    ...symbols.map(symbol => -1 - symbol),
  ]);
  return Float64Array.from(numbers);
}
