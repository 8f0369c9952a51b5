import { InternalError, invariant } from '../../../compiler/index.ts';
import type { Plan, PlanStep } from '../../../runtime/backend.ts';
import { Ownership } from '../../native/ownership.ts';
import type { Device } from '../driver/device.ts';
import type { Suspect } from '../driver/status.ts';
import type { DriverStream } from '../driver/stream.ts';
import { type Action, launchesOf, prepare, withGraphs } from './actions.ts';
import type { CudaBuffer } from './buffer.ts';
import { CudaBoundKernel } from './kernel.ts';
import { ArgumentBlock } from './launch.ts';
import type { DeviceMemory } from './memory.ts';
import type { Module } from './module.ts';
import type { Queue } from './queue.ts';

export class CudaPlan implements Plan {
  readonly queue: Queue;
  readonly indexCount: number;
  readonly steps: readonly CudaStep[];
  /** How many kernels a run launches, and which. */
  readonly launches: number;
  readonly kernels: readonly Suspect[];
  /** Uses of its buffers. */
  readonly memories: readonly DeviceMemory[];
  readonly #buffers: readonly CudaBuffer[];
  readonly #ownership: Ownership;

  constructor(queue: Queue, steps: readonly PlanStep[]) {
    const own = stepsOn(queue.device, steps);
    this.queue = queue;
    this.indexCount = Math.max(0, ...steps.flatMap(step => step.symbols).map(i => i + 1));
    this.steps = own;
    this.launches = own.reduce((sum, { actions }) => sum + launchesOf(actions), 0);
    this.kernels = own.flatMap(({ actions }) => actions.flatMap(({ kernels }) => kernels));
    this.#buffers = own.flatMap(({ kernel }) => kernel.buffers);
    this.memories = [...new Set(this.#buffers.map(({ memory }) => memory))];
    this.#ownership = new Ownership(this, 'a plan', () =>
      queue.whenDone(() => own.forEach(step => step.release())),
    );
  }

  /** Throws if it, or one of its buffers, has been disposed of. */
  check(): void {
    this.#ownership.check();
    this.#buffers.forEach(buffer => buffer.address);
  }

  /** Queued runs still execute. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** All of them; if one fails, the others' resources are released. */
function stepsOn(device: Device, steps: readonly PlanStep[]): readonly CudaStep[] {
  const made: CudaStep[] = [];
  try {
    for (const step of steps) made.push(new CudaStep(device, step));
    return made;
  } catch (error) {
    made.forEach(step => step.release());
    throw error;
  }
}

/** A kernel with its buffers, in a plan. */
export class CudaStep {
  readonly kernel: CudaBoundKernel;
  readonly actions: readonly Action[];
  readonly #module: Module;
  readonly #block: ArgumentBlock;
  /** Which index of the plan is in which slot. */
  readonly #slots: readonly (readonly [slot: number, index: number])[];

  constructor(device: Device, { kernel, symbols }: PlanStep) {
    invariant(kernel instanceof CudaBoundKernel, () => 'a kernel of another backend');
    const { buffers } = kernel;
    const { name, steps, indices } = kernel.kernel.compiled;
    invariant(
      indices === symbols.length,
      () => `kernel \`${name}\` takes ${indices} indices, not ${symbols.length}`,
    );
    invariant(
      buffers.every(({ memory }) => memory.device.context === device.context),
      () => `kernel \`${name}\` is bound to arrays of another GPU`,
    );
    const module = kernel.kernel.moduleOn(device);
    const first = buffers.length;
    const block = new ArgumentBlock(first + indices, steps, buffers.at(-1)?.address ?? 0);
    buffers.forEach((buffer, i) => block.set(i, buffer.address));
    const actions = prepare(module, name, steps, block);
    const changing = new Set(symbols.map((_, i) => first + i));
    module.keep();
    this.kernel = kernel;
    this.actions = device.driver.usesGraphs ? withGraphs(device, actions, changing) : actions;
    this.#module = module;
    this.#block = block;
    this.#slots = symbols.map((index, i) => [first + i, index]);
  }

  /** Queues a run. */
  run(stream: DriverStream, indices: readonly number[]): void {
    for (const [slot, index] of this.#slots) {
      const value = indices[index];
      if (value === undefined) throw new InternalError(`a run without index ${index}`);
      this.#block.set(slot, value);
    }
    for (const action of this.actions) action.run(stream);
  }

  /** To be called when none of its runs is in flight. */
  release(): void {
    this.actions.forEach(action => action.release());
    this.#module.letGo();
  }
}
