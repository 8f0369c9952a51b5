import type { Device } from '../driver/device.ts';
import type { Busy, Waiting } from '../driver/driver.ts';
import type { Suspect } from '../driver/status.ts';
import { createStream, type DriverStream, Event } from '../driver/stream.ts';
import { Backlog, type Task } from './backlog.ts';
import type { DeviceMemory } from './memory.ts';
import { nextTurn } from './next-turn.ts';

/** A driver stream, with the work still held back from it. */
export class Queue implements Busy {
  readonly device: Device;
  /** The kernels of each queued plan. */
  readonly #kernels = new Set<readonly Suspect[]>();
  /** Releases the stream, once everything queued has run. */
  readonly release: () => void;
  readonly #stream: DriverStream;
  readonly #backlog: Backlog;
  /** For others to wait for. */
  readonly #end: Event;
  /** The position in the copy stream that this stream has waited for. */
  readonly #seen = new Map<DeviceMemory, number>();
  /** Callbacks for when the stream reaches a position. */
  readonly #afterwards: { readonly pushed: number; readonly act: () => void }[] = [];
  #pushed = 0;
  #isPumping = false;
  #isOpen = true;
  #failure: { readonly error: unknown } | undefined;

  constructor(device: Device) {
    const stream = createStream(device);
    this.device = device;
    this.#stream = stream;
    this.#backlog = new Backlog(stream);
    this.#end = new Event(device);
    this.release = device.owns(() => {
      this.#finish();
      stream.release();
    });
  }

  get kernels(): Iterable<Suspect> {
    return [...this.#kernels].flat();
  }

  /**
   * Queues a task, with its kernels for error messages. Throws what the task throws if it runs immediately; otherwise the
   * next call that waits throws it.
   */
  push(task: Task, kernels: readonly Suspect[] = []): void {
    this.#pushed += 1;
    this.device.driver.busy.add(this);
    if (kernels.length > 0) this.#kernels.add(kernels);
    this.#backlog.push(task);
    if (!this.#backlog.isEmpty && !this.#isPumping) void this.#pump();
  }

  /** The GPU time of what `work` queues. Blocks until it is done. */
  secondsOf(work: () => void): number {
    using start = new Event(this.device, { isTimed: true });
    using end = new Event(this.device, { isTimed: true });
    const marking = (event: Event): Task => ({
      size: 0,
      next: stream => {
        event.record(stream);
        return false;
      },
    });
    this.push(marking(start));
    work();
    this.push(marking(end));
    this.wait();
    return end.secondsSince(start);
  }

  /** Work queued from now on starts after the copies to these arrays. */
  catchUp(memory: DeviceMemory): void {
    const { version } = memory;
    if (this.#seen.get(memory) === version) return;
    memory.holdBack(this.#stream);
    this.#seen.set(memory, version);
  }

  holdBack(stream: Waiting): void {
    this.flush();
    this.#end.record(this.#stream);
    this.#end.holdBack(stream);
  }

  /** Submits everything to the driver, so that events of this stream are at their positions. */
  flush(): void {
    try {
      this.#backlog.flush();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Runs once everything queued is done: immediately, or after a call that waits. */
  whenDone(act: () => void): void {
    if (!this.device.driver.busy.has(this)) act();
    else this.#afterwards.push({ pushed: this.#pushed, act });
  }

  /** Blocks until everything queued has run. Throws the first failure since the last call that waited. */
  wait(): void {
    this.flush();
    const status = this.device.try('cuStreamSynchronize', this.#stream.handle);
    const error =
      status === 0
        ? undefined
        : this.device.driver.failure('wait for a stream', 'cuStreamSynchronize', status);
    this.#settle(this.#pushed);
    this.#throwFailure();
    if (error) throw error;
  }

  /** The same, without blocking. */
  async idle(): Promise<void> {
    const pushed = this.#pushed;
    using end = new Event(this.device);
    let isReached = (): boolean => false;
    this.push({
      size: 0,
      next: stream => {
        end.record(stream);
        isReached = () => end.isReached();
        return false;
      },
      // The rejection reports the reason.
      drop: () => (isReached = () => true),
    });
    await this.until(() => isReached());
    this.#settle(pushed + 1);
  }

  /** Submits held-back work until the condition holds, or until a failure, which it throws. */
  async until(holds: () => boolean): Promise<void> {
    const turn = nextTurn();
    while (this.#isOpen) {
      this.#tryToPump();
      this.#throwFailure();
      if (holds()) return;
      await turn();
    }
  }

  async #pump(): Promise<void> {
    const turn = nextTurn();
    this.#isPumping = true;
    while (this.#isOpen && !this.#backlog.isEmpty) {
      await turn();
      this.#tryToPump();
    }
    this.#isPumping = false;
  }

  #tryToPump(): void {
    try {
      this.#backlog.pump();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  /** Everything queued up to then has run. */
  #settle(pushed: number): void {
    if (pushed === this.#pushed) {
      this.device.driver.busy.delete(this);
      this.#kernels.clear();
    }
    const still = this.#afterwards.findIndex(entry => entry.pushed > pushed);
    const due = this.#afterwards.splice(0, still < 0 ? Infinity : still);
    due.forEach(({ act }) => act());
  }

  #finish(): void {
    this.flush();
    this.device.try('cuStreamSynchronize', this.#stream.handle);
    this.#isOpen = false;
    this.#settle(this.#pushed);
  }
}
