/** Error messages for failed CUDA compilations: the compiler's own, with the source lines they are about. */
import { BackendError } from '../../../compiler/index.ts';
import { commandOf, diagnosticsOf } from '../../native/compile-error.ts';
import type { ToolResult } from '../../native/process.ts';

export interface Attempt {
  readonly name: string;
  readonly text: string;
  /** The compiler's path. */
  readonly compiler: string;
  readonly args: readonly string[];
}

/** The compiler rejected the source. */
export function rejection(attempt: Attempt, said: string): BackendError {
  const { name, text } = attempt;
  const notes = [...diagnosticsOf({ file: `${name}.cu`, text }, said), commandOf(attempt)];
  const message = `the CUDA compiler rejected \`${name}\``;
  return new BackendError({ code: 'EINC0935', message, notes });
}

/** The compiler failed before it read the source. */
export function breakdown(
  attempt: Attempt,
  happened: string,
  said: readonly string[],
  help: readonly string[] = [],
): BackendError {
  const { name } = attempt;
  return new BackendError({
    code: 'EINC0936',
    message: `the CUDA compiler ${happened} \`${name}\``,
    notes: [...said.filter(words => words !== ''), commandOf(attempt)],
    help,
  });
}

/** For `nvcc` runs without output. */
export function outcomeError(
  attempt: Attempt,
  { exitCode, signal, stderr, timedOut }: ToolResult,
  timeoutMs: number,
): BackendError {
  const said = [stderr.trim().split('\n').slice(0, 5).join('\n')];
  if (timedOut) return breakdown(attempt, `took more than ${timeoutMs / 1000} s for`, said);
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    const help = ['set EINC_CACHE_DIR to a folder with room, or EINC_CACHE=off to use TMPDIR'];
    return breakdown(attempt, 'found no space on the device for', said, help);
  }
  if (signal !== null) return breakdown(attempt, `was ended by ${signal} while it compiled`, said);
  if (exitCode === 0) {
    return breakdown(attempt, 'reported success but made nothing of', said, [
      'check what $EINC_NVCC names',
    ]);
  }
  return rejection(attempt, stderr);
}
