/** The meaning of the driver's status codes. */
import { BackendError, type Label, type Origins } from '../../../compiler/index.ts';

export const notReady = 600;
export const outOfMemory = 2;
export const peerAccessAlreadyEnabled = 704;

/** The GPU does not recover from these: from now on each call of this process fails in the same way. */
const ofKernels: ReadonlySet<number> = new Set([
  214, // CUDA_ERROR_ECC_UNCORRECTABLE
  220, // CUDA_ERROR_NVLINK_UNCORRECTABLE
  226, // CUDA_ERROR_CONTAINED
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
  721, // CUDA_ERROR_TENSOR_MEMORY_LEAK
  911, // CUDA_ERROR_EXTERNAL_DEVICE
]);

export function isOfKernel(status: number): boolean {
  return ofKernels.has(status);
}

/** A kernel that runs, or is to run, for errors. */
export interface Suspect {
  /** kernel \`h\` of \`forward\` */
  readonly label: string;
  /** The template positions of what it computes. */
  readonly origins: Origins;
}

interface RefusalOptions {
  readonly help?: readonly string[];
  /** What was to run. */
  readonly kernel?: Suspect | undefined;
}

/** For a failed call. */
export function refusal(
  what: string,
  words: string,
  { help = [], kernel }: RefusalOptions = {},
): BackendError {
  const message = `the CUDA driver could not ${what}`;
  return new BackendError({
    ...{ code: 'EINC0932', message, notes: [words], help },
    labels: kernel ? placeOf(kernel) : [],
  });
}

/** Where in the template the kernel's computation is; of several positions the last, which the others lead up to. */
function placeOf({ origins }: Suspect): readonly Label[] {
  const span = origins.at(-1);
  return span ? [{ span, text: 'what the kernel computes' }] : [];
}

/** Its label, and the line of the template. */
function shown({ label, origins }: Suspect): string {
  const span = origins.at(-1);
  if (!span) return label;
  const { file, line } = span.source.locate(span.start);
  return `${label} (${file}:${line})`;
}

const shownSuspects = 8;

/**
 * For a kernel that failed while it ran. The next call, whichever it is, reports it, so every queued kernel
 * is a suspect.
 */
export function kernelFailure(suspects: readonly Suspect[], words: string): BackendError {
  const [first, ...others] = suspects;
  const known = others.length === 0 ? first : undefined;
  const several = suspects.slice(0, shownSuspects).map(shown).join(', ');
  const rest =
    suspects.length > shownSuspects ? ` and ${suspects.length - shownSuspects} more` : '';
  return new BackendError({
    code: 'EINC0933',
    message: `${known?.label ?? 'a kernel'} failed on the GPU`,
    labels: known ? placeOf(known) : [],
    notes: [
      words,
      ...(others.length > 0 ? [`one of those that were queued: ${several}${rest}`] : []),
      'the GPU takes no more calls of this process, and what its arrays held is lost',
    ],
    help: [
      ...(known ? [] : ['with CUDA_LAUNCH_BLOCKING=1 the kernel that fails is named']),
      '`compute-sanitizer node …` says where it reads or writes what it must not',
    ],
  });
}
