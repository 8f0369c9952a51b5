/** Adds to errors what `runtime/` does not know, such as the names of kernels. */
import { BackendError } from '../../compiler/index.ts';
import type { KernelFailure, PlanHandle } from './addon.ts';
import type { NativeKernel } from './kernel.ts';

/** What an error message needs to know of a kernel. Holds no native objects. */
type FailingKernel = Pick<NativeKernel, 'symbol' | 'explainFailure'>;

/** By plan, since errors pass from stream to stream. */
const kernels = new Map<number, readonly FailingKernel[]>();

export function noteKernels(plan: PlanHandle, of: readonly FailingKernel[]): void {
  kernels.set(
    plan,
    of.map(({ symbol, explainFailure }) => ({ symbol, explainFailure })),
  );
}

export function forgetKernels(plan: PlanHandle): void {
  kernels.delete(plan);
}

/** Throws if one of its buffers has been disposed of. */
interface Called {
  checkBuffers(): void;
}

/** The error to throw instead. */
export function explained(error: unknown, called?: Called): unknown {
  if (!isKernelFailure(error)) {
    called?.checkBuffers();
    return error;
  }
  const { plan, step, code } = error;
  const kernel = kernels.get(plan)?.[step];
  const said = kernel?.explainFailure?.(code);
  if (said) return said;
  const name = kernel === undefined ? 'a kernel' : `kernel \`${kernel.symbol}\``;
  return new BackendError(
    {
      code: 'EINC0910',
      message: `${name} failed with code ${code}, at step ${step} of its plan`,
      notes: ['what was queued behind it did not run'],
    },
    { cause: error },
  );
}

function isKernelFailure(error: unknown): error is KernelFailure {
  return error instanceof Error && 'plan' in error && 'step' in error && 'code' in error;
}
