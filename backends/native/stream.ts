import { invariant } from '../../compiler/index.ts';
import type { DeviceBuffer, Plan, PlanStep, Stream, StreamEvent } from '../../runtime/backend.ts';
import type { NativeDeviceHandle, Position, StreamHandle } from './addon.ts';
import { NativeBuffer } from './buffer.ts';
import { explained } from './failures.ts';
import type { NativeSource } from './late.ts';
import { LateStream } from './late-stream.ts';
import { Ownership } from './ownership.ts';
import { NativePlan, planFor } from './plan.ts';

export class NativeStream implements Stream {
  readonly #late: LateStream;
  readonly #ownership: Ownership;
  /** The position after everything queued so far. */
  #position: Position = 0;

  /** On the whole machine if no device is given. */
  constructor(source: NativeSource, device?: NativeDeviceHandle) {
    const late = new LateStream(source, device);
    this.#late = late;
    this.#ownership = new Ownership(this, 'a stream', () => late.end());
  }

  plan(steps: readonly PlanStep[]): NativePlan {
    this.#ownership.check();
    return planFor(this, steps, this.#late.open());
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

  /** `loop` on the calling thread, after everything queued; returns when it is done. */
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
    // A stream is closed only after all its work is done.
    if (!stream.isOpen || stream.#late.isIdle) return;
    const { native, handle } = this.#late.open();
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
    if (!this.#late.canOpen) {
      to.write(from.read());
      return;
    }
    const { native, handle } = this.#late.open();
    this.#position = native.copy(handle, to.handle, from.handle);
  }

  async finished(event: StreamEvent): Promise<void> {
    this.#ownership.check();
    const isOwn = event instanceof NativeEvent && event.stream === this;
    invariant(isOwn, () => 'an event of another stream');
    if (this.#late.isIdle) return;
    const { native, handle } = this.#late.open();
    try {
      await native.finished(handle, event.position);
    } catch (error) {
      throw explained(error);
    }
  }

  /** For command lists. Throws after disposal. */
  get handle(): StreamHandle {
    this.#ownership.check();
    return this.#late.open().handle;
  }

  /** Called when a command list has queued work here. */
  hasCome(position: Position): void {
    this.#position = position;
  }

  get isOpen(): boolean {
    return this.#ownership.isLive;
  }

  async idle(): Promise<void> {
    this.#ownership.check();
    if (this.#late.isIdle) return;
    const { native, handle } = this.#late.open();
    try {
      await native.idle(handle);
    } catch (error) {
      throw explained(error);
    }
  }

  busyMilliseconds(): number {
    this.#ownership.check();
    if (this.#late.isIdle) return 0;
    const { native, handle } = this.#late.open();
    return native.busy(handle);
  }

  wait(): void {
    this.#ownership.check();
    if (this.#late.isIdle) return;
    const { native, handle } = this.#late.open();
    try {
      native.wait(handle);
    } catch (error) {
      throw explained(error);
    }
  }

  /** Waits for queued work; a failure that nobody has waited for is lost. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }

  #own(plan: Plan): NativePlan {
    this.#ownership.check();
    invariant(plan instanceof NativePlan && plan.stream === this, () => 'a plan of another stream');
    return plan;
  }
}

/** A position of a stream, which it keeps from being garbage-collected. It has no native counterpart. */
class NativeEvent implements StreamEvent {
  readonly stream: NativeStream;
  readonly position: Position;

  constructor(stream: NativeStream, position: Position) {
    this.stream = stream;
    this.position = position;
  }
}
