import { UserError } from '../compiler/index.ts';
import { runFile } from './run.ts';
import { report } from './report.ts';

interface SilentRun {
  /** Whether routines are run. Otherwise every array reads as zeros, and what a program finds of these says nothing. */
  readonly executes: boolean;
}

/**
 * Runs a program whose own output is not shown; when it has ended with 0, does what is to be done. So it does when
 * nothing was computed and the program has found that wrong: it ends by itself, with another `process.exitCode`.
 */
export async function runSilently(
  file: string,
  args: readonly string[],
  { executes }: SilentRun,
  afterwards: () => void,
): Promise<void> {
  const say = silence();
  let isOver = false;
  let hasFailed = false;
  process.once('beforeExit', () => (isOver = true));
  // A program may go on after its last line or leave by `process.exit`; only here it is over.
  process.once('exit', code => {
    say();
    const isVerdict = !executes && isOver && !hasFailed;
    if (code !== 0 && !isVerdict) return;
    process.exitCode = 0;
    try {
      afterwards();
    } catch (error) {
      report(error);
    }
  });
  try {
    await runFile(file, args);
  } catch (error) {
    hasFailed = true;
    throw error;
  }
}

/** The same for what takes its time. */
export async function runQuietly(
  file: string,
  args: readonly string[],
  afterwards: () => Promise<void>,
): Promise<void> {
  const say = silence();
  let isOver = false;
  process.once('beforeExit', code => {
    isOver = true;
    say();
    if (code === 0) afterwards().catch(report);
  });
  process.once('exit', code => {
    say();
    if (!isOver && code === 0) report(leftTooSoon(file));
  });
  await runFile(file, args);
}

/** At the exit of a process there is no time for anything. */
function leftTooSoon(file: string): UserError {
  return new UserError({
    code: 'EINC0811',
    message: `${file} leaves by process.exit, after which nothing can be timed`,
    help: ['let it end by itself'],
  });
}

/** Until what is returned is called. */
function silence(): () => void {
  const say = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  return () => {
    process.stdout.write = say;
  };
}
