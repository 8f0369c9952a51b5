/** How a failure of a command looks. */
import pico from 'picocolors';
import { BackendError, InternalError, UserError } from '../compiler/index.ts';

/** Says what went wrong on stderr and sets the exit code. */
export function report(error: unknown): void {
  if (error instanceof UserError || error instanceof BackendError) {
    const [first = '', ...rest] = error.message.split('\n');
    console.error([pico.bold(pico.red(first)), ...rest].join('\n'));
    process.exitCode = 1;
    return;
  }
  if (error instanceof InternalError) {
    console.error(`${pico.red('einc has broken one of its own rules; please report this:')}\n`);
    console.error(error.stack ?? error.message);
    process.exitCode = 70;
    return;
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
