/** What the driver's statuses are about. */
import { BackendError } from '../../../compiler/index.ts';

export const notReady = 600;
export const outOfMemory = 2;
export const peerAccessAlreadyEnabled = 704;

/** Of these the GPU does not recover: from now on each call of this process fails in the same way. */
const ofKernels: ReadonlySet<number> = new Set([
  214, // CUDA_ERROR_ECC_UNCORRECTABLE
  220, // CUDA_ERROR_NVLINK_UNCORRECTABLE
  700, // CUDA_ERROR_ILLEGAL_ADDRESS
  702, // CUDA_ERROR_LAUNCH_TIMEOUT
  709, // CUDA_ERROR_CONTEXT_IS_DESTROYED
  710, // CUDA_ERROR_ASSERT
  714, // CUDA_ERROR_HARDWARE_STACK_ERROR
  715, // CUDA_ERROR_ILLEGAL_INSTRUCTION
  716, // CUDA_ERROR_MISALIGNED_ADDRESS
  717, // CUDA_ERROR_INVALID_ADDRESS_SPACE
  718, // CUDA_ERROR_INVALID_PC
  719, // CUDA_ERROR_LAUNCH_FAILED
]);

export function isOfKernel(status: number): boolean {
  return ofKernels.has(status);
}

/** Of a call that did not do what it is for. */
export function refusal(what: string, words: string, help: readonly string[] = []): BackendError {
  const message = `the CUDA driver could not ${what}`;
  return new BackendError({ code: 'EINC0932', message, notes: [words], help });
}

const shownSuspects = 8;

/**
 * Of a kernel that failed while it ran. Whichever call comes next reports it, so all that were queued
 * are suspects.
 */
export function kernelFailure(suspects: readonly string[], words: string): BackendError {
  const [first, ...others] = suspects;
  const isKnown = first !== undefined && others.length === 0;
  const shown = suspects.slice(0, shownSuspects).join(', ');
  const rest =
    suspects.length > shownSuspects ? ` and ${suspects.length - shownSuspects} more` : '';
  return new BackendError({
    code: 'EINC0933',
    message: `${isKnown ? first : 'a kernel'} failed on the GPU`,
    notes: [
      words,
      ...(others.length > 0 ? [`one of those that were queued: ${shown}${rest}`] : []),
      'the GPU takes no more calls of this process, and what its arrays held is lost',
    ],
    help: [
      ...(isKnown ? [] : ['with CUDA_LAUNCH_BLOCKING=1 the kernel that fails is named']),
      '`compute-sanitizer node …` says where it reads or writes what it must not',
    ],
  });
}
