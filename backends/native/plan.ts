/** A plan of the native runtime: kernels with their arguments, run by one call. */
import { invariant } from '../../compiler/index.ts';
import type { Plan, PlanStep, Stream } from '../../runtime/backend.ts';
import type { Native, PlanHandle, StreamHandle } from './addon.ts';
import { forgetKernels, noteKernels } from './failures.ts';
import { NativeBoundKernel } from './kernel.ts';
import { Ownership } from './ownership.ts';

export function planFor(
  stream: Stream,
  steps: readonly PlanStep[],
  { native, handle: queue }: { readonly native: Native; readonly handle: StreamHandle },
): NativePlan {
  const own = steps.map(ownStep);
  const indexCount = Math.max(0, ...own.flatMap(step => step.symbols).map(symbol => symbol + 1));
  const handle = native.createPlan(queue, indexCount, encode(own));
  noteKernels(
    handle,
    own.map(({ kernel: { kernel } }) => kernel),
  );
  return new NativePlan(stream, handle, indexCount, own, native);
}

/** Keeps its stream, kernels and buffers from being garbage-collected. */
export class NativePlan implements Plan {
  readonly stream: Stream;
  readonly indexCount: number;
  readonly steps: readonly NativeStep[];
  readonly native: Native;
  readonly #handle: PlanHandle;
  readonly #ownership: Ownership;

  constructor(
    stream: Stream,
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

  /** Throws if a buffer of the plan has been disposed of; the plan cannot run any more. */
  checkBuffers(): void {
    for (const { kernel } of this.steps) kernel.buffers.forEach(buffer => buffer.handle);
  }

  /** Queued runs still execute. */
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

/** In the format of `Native.createPlan`: a kernel's buffers first, then its indices. */
function encode(steps: readonly NativeStep[]): Float64Array {
  const numbers = steps.flatMap(({ kernel: { kernel, buffers }, symbols }) => [
    kernel.handle,
    buffers.length + symbols.length,
    ...buffers.map(buffer => buffer.handle),
    ...symbols.map(symbol => -1 - symbol),
  ]);
  return Float64Array.from(numbers);
}
