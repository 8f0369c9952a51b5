import { UserError } from '../compiler/index.ts';
import { runFile } from './run.ts';
import { report } from './report.ts';

/** Runs a program whose own output is not shown; when it has ended with 0, does what is to be done. */
export async function runSilently(
  file: string,
  args: readonly string[],
  afterwards: () => void,
): Promise<void> {
  const say = silence();
  // A program may go on after its last line or leave by `process.exit`; only here it is over.
  process.once('exit', code => {
    say();
    if (code !== 0) return;
    try {
      afterwards();
    } catch (error) {
      report(error);
    }
  });
  await runFile(file, args);
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
