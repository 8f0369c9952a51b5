import { runFile } from './run.ts';
import { report } from './report.ts';

/** Runs a program whose own output is not shown; when it has ended with 0, does what is to be done. */
export async function runSilently(
  file: string,
  args: readonly string[],
  afterwards: () => void,
): Promise<void> {
  const say = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  // A program may go on after its last line or leave by `process.exit`; only here it is over.
  process.once('exit', code => {
    process.stdout.write = say;
    if (code !== 0) return;
    try {
      afterwards();
    } catch (error) {
      report(error);
    }
  });
  await runFile(file, args);
}
