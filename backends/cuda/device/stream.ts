import { invariant } from '../../../compiler/index.ts';
import type { DeviceBuffer, Plan, PlanStep, Stream } from '../../../runtime/backend.ts';
import { Ownership } from '../../native/ownership.ts';
import type { Device } from '../driver/device.ts';
import type { DriverStream } from '../driver/stream.ts';
import { CudaBuffer } from './buffer.ts';
import { CudaEvent } from './event.ts';
import { CudaPlan } from './plan.ts';
import { Queue } from './queue.ts';

export class CudaStream implements Stream {
  readonly #queue: Queue;
  readonly #ownership: Ownership;

  constructor(device: Device) {
    const queue = new Queue(device);
    this.#queue = queue;
    this.#ownership = new Ownership(this, 'a stream', queue.release);
  }

  plan(steps: readonly PlanStep[]): Plan {
    this.#ownership.check();
    return new CudaPlan(this.#queue, steps);
  }

  launch(plan: Plan, indices: readonly number[]): void {
    this.loop(plan, 1, indices, []);
  }

  run(plan: Plan, indices: readonly number[]): void {
    this.launch(plan, indices);
    this.#queue.wait();
  }

  loop(plan: Plan, count: number, indices: readonly number[], strides: readonly number[]): void {
    this.#ownership.check();
    const queue = this.#queue;
    invariant(plan instanceof CudaPlan && plan.queue === queue, () => 'a plan of another stream');
    plan.check();
    if (count <= 0) return;
    const values = [...indices];
    let left = count;
    const next = (stream: DriverStream): boolean => {
      plan.memories.forEach(memory => queue.catchUp(memory));
      for (const step of plan.steps) step.run(stream, values);
      values.forEach((value, i) => (values[i] = value + (strides[i] ?? 0)));
      left -= 1;
      return left > 0;
    };
    queue.push({ size: plan.launches, next }, plan.kernels);
  }

  /** A position in the queue: reached when everything queued so far is done. */
  record(): CudaEvent {
    this.#ownership.check();
    return new CudaEvent(this.#queue);
  }

  /** Work queued from now on starts after the event, which may belong to any GPU. */
  waitFor(event: object): void {
    this.#ownership.check();
    invariant(event instanceof CudaEvent, () => 'an event of another backend');
    if (event.queue === this.#queue) return;
    const next = (stream: DriverStream): boolean => {
      event.holdBack(stream);
      return false;
    };
    this.#queue.push({ size: 1, next });
  }

  /** Queues a copy of all cells to an array of the same dtype and size, on any GPU. */
  copy(to: DeviceBuffer, from: DeviceBuffer): void {
    this.#ownership.check();
    invariant(
      to instanceof CudaBuffer && from instanceof CudaBuffer,
      () => 'a copy between buffers of another backend',
    );
    invariant(
      to.dtype === from.dtype && to.cells === from.cells,
      () => `a copy of ${from.cells} cells of ${from.dtype} to ${to.cells} of ${to.dtype}`,
    );
    if (to.bytes === 0) return;
    const queue = this.#queue;
    // Memory is freed only after queued work, so the addresses are valid until then.
    const [target, source] = [placeOf(to), placeOf(from)];
    const next = (stream: DriverStream): boolean => {
      queue.catchUp(to.memory);
      queue.catchUp(from.memory);
      copyBytes(stream, target, source, to.bytes);
      return false;
    };
    queue.push({ size: 1, next });
  }

  /** Resolves when an event of this stream is reached; rejects if something before it failed. */
  async finished(event: object): Promise<void> {
    this.#ownership.check();
    const isOwn = event instanceof CudaEvent && event.queue === this.#queue;
    invariant(isOwn, () => 'an event of another stream');
    await this.#queue.until(() => event.isReached());
  }

  deviceSeconds(work: () => void): number {
    this.#ownership.check();
    return this.#queue.secondsOf(work);
  }

  async idle(): Promise<void> {
    this.#ownership.check();
    await this.#queue.idle();
  }

  wait(): void {
    this.#ownership.check();
    this.#queue.wait();
  }

  /** Waits for queued work; a failure that nobody has waited for is lost. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

interface Place {
  readonly device: Device;
  readonly address: number;
}

function placeOf({ memory: { device }, address }: CudaBuffer): Place {
  return { device, address };
}

function copyBytes({ device, handle }: DriverStream, to: Place, from: Place, bytes: number): void {
  const [there, here] = [to.device.context, from.device.context];
  if (there === here) {
    const args = [to.address, from.address, bytes, handle] as const;
    device.call('copy an array', 'cuMemcpyDtoDAsync_v2', ...args);
    return;
  }
  device.reach(device.context === there ? from.device : to.device);
  const args = [to.address, there, from.address, here, bytes, handle] as const;
  device.call('copy an array to another GPU', 'cuMemcpyPeerAsync', ...args);
}
