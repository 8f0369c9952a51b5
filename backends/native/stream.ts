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
import { ifLoaded, loadedFrom, type NativeSource } from './late.ts';
import { Ownership } from './ownership.ts';

export class NativeStream implements Stream {
  readonly #opening: Opening;
  readonly #ownership: Ownership;
  /** After what was queued last. */
  #position: Position = 0;

  /** On the whole machine when no device is given. */
  constructor(source: NativeSource, device?: NativeDeviceHandle) {
    const opening = new Opening(source, device);
    this.#opening = opening;
    this.#ownership = new Ownership(this, 'a stream', () => opening.end());
  }

  plan(steps: readonly PlanStep[]): NativePlan {
    this.#ownership.check();
    const { native, handle: stream } = this.#opening.open();
    const own = steps.map(ownStep);
    const indexCount = Math.max(0, ...own.flatMap(step => step.symbols).map(symbol => symbol + 1));
    const handle = native.createPlan(stream, indexCount, encode(own));
    noteKernels(
      handle,
      own.map(({ kernel: { kernel } }) => kernel),
    );
    return new NativePlan(this, handle, indexCount, own, native);
  }

  launch(plan: Plan, indices: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#position = own.native.launch(own.handle, ...indices);
    } catch (error) {
      throw explained(error, own);
    }
  }

  run(plan: Plan, indices: readonly number[]): void {
    const own = this.#own(plan);
    try {
      own.native.run(own.handle, ...indices);
    } catch (error) {
      throw explained(error, own);
    }
  }

  loop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    const own = this.#own(plan);
    try {
      this.#position = own.native.loop(own.handle, count, ...indices, ...steps);
    } catch (error) {
      throw explained(error, own);
    }
  }

  /** `loop` on the calling thread, after all that is queued; returns when it is done. */
  runLoop(plan: Plan, count: number, indices: readonly number[], steps: readonly number[]): void {
    const own = this.#own(plan);
    try {
      own.native.runLoop(own.handle, count, ...indices, ...steps);
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
    if (!stream.isOpen || stream.#opening.isIdle) return;
    const { native, handle } = this.#opening.open();
    this.#position = native.waitFor(handle, stream.handle, position);
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
    if (!this.#opening.canOpen) {
      to.write(from.read());
      return;
    }
    const { native, handle } = this.#opening.open();
    this.#position = native.copy(handle, to.handle, from.handle);
  }

  async finished(event: StreamEvent): Promise<void> {
    this.#ownership.check();
    const isOwn = event instanceof NativeEvent && event.stream === this;
    invariant(isOwn, () => 'an event of another stream');
    if (this.#opening.isIdle) return;
    const { native, handle } = this.#opening.open();
    try {
      await native.finished(handle, event.position);
    } catch (error) {
      throw explained(error);
    }
  }

  /** For lists of commands. Throws once the stream is disposed of. */
  get handle(): StreamHandle {
    this.#ownership.check();
    return this.#opening.open().handle;
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
    if (this.#opening.isIdle) return;
    const { native, handle } = this.#opening.open();
    try {
      await native.idle(handle);
    } catch (error) {
      throw explained(error);
    }
  }

  busyMilliseconds(): number {
    this.#ownership.check();
    if (this.#opening.isIdle) return 0;
    const { native, handle } = this.#opening.open();
    return native.busy(handle);
  }

  wait(): void {
    this.#ownership.check();
    if (this.#opening.isIdle) return;
    const { native, handle } = this.#opening.open();
    try {
      native.wait(handle);
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

/** A native stream from when it is first needed on; at once, where the native runtime is there. */
class Opening {
  readonly #source: NativeSource;
  readonly #device: NativeDeviceHandle | undefined;
  #opened: { readonly native: Native; readonly handle: StreamHandle } | undefined;

  constructor(source: NativeSource, device: NativeDeviceHandle | undefined) {
    this.#source = source;
    this.#device = device;
    if (this.canOpen) this.open();
  }

  get canOpen(): boolean {
    return this.#opened !== undefined || ifLoaded(this.#source) !== undefined;
  }

  /** Nothing was ever queued there. */
  get isIdle(): boolean {
    return this.#opened === undefined;
  }

  open(): { readonly native: Native; readonly handle: StreamHandle } {
    if (this.#opened) return this.#opened;
    const [native, device] = [loadedFrom(this.#source), this.#device];
    const handle = device === undefined ? native.createStream() : native.createStream(device);
    return (this.#opened = { native, handle });
  }

  end(): void {
    this.#opened?.native.destroyStream(this.#opened.handle);
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
  readonly native: Native;
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
    this.native = native;
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
