/** Formats the failure of a command. */
import { fileURLToPath } from 'node:url';
import { BackendError, InternalError, UserError } from '../compiler/index.ts';
import { parseFrame } from '../dsl/language/call-site.ts';
import { shownPath } from '../dsl/language/text-file.ts';
import { coloursFor, paint } from './colour.ts';
import { entryOf } from './error-page.ts';
import { wrongArgument } from './wrong-argument.ts';

/** Says what went wrong on stderr and sets the exit code. */
export function report(error: unknown): void {
  const colours = coloursFor(process.stderr);
  if (error instanceof UserError || error instanceof BackendError) {
    const [text, code] =
      error instanceof UserError
        ? [placed(error), error.code]
        : [error.message, error.diagnostic.code];
    console.error(paint(text, colours));
    // The errors of the command itself are about what stands on the line above.
    if (!/^EINC0[78]/.test(code) && entryOf(code)) {
      console.error(`\n${colours.dim(`for more: einc explain ${code}`)}`);
    }
    process.exitCode = 1;
    return;
  }
  if (error instanceof InternalError) {
    console.error(`${colours.red('einc has broken one of its own rules; please report this:')}\n`);
    console.error(error.stack ?? error.message);
    process.exitCode = 70;
    return;
  }
  const argument = wrongArgument(error);
  console.error(argument ?? (error instanceof Error ? stackOf(error) : error));
  process.exitCode = argument === undefined ? 1 : 2;
}

/** Without the frames below the program: those of Node, which loads it, and of this command. */
function stackOf({ stack, message }: Error): string {
  const lines = (stack ?? message).split('\n');
  const last = lines.findLastIndex(line => callerIn(line) !== undefined);
  return (last < 0 ? lines : lines.slice(0, last + 1)).join('\n');
}

/** What einc says about a call may have no place; the stack knows where the program made the call. */
function placed(error: UserError): string {
  const [first = '', ...rest] = error.message.split('\n');
  const places = rest.flatMap(line => /^ *--> (.*:\d+):\d+$/.exec(line)?.[1] ?? []);
  const found = places.length === 0 || isAboutRun(error) ? callerIn(error.stack ?? '') : undefined;
  const isSaid = places.some(place => found?.startsWith(`${place}:`));
  const caller = isSaid ? undefined : found;
  return [first, ...(caller === undefined ? [] : [` --> ${caller}`]), ...rest].join('\n');
}

/** What stands in such a message is where a symbol or a tensor is made, not the run that is wrong. */
function isAboutRun({ code }: UserError): boolean {
  return /^EINC050/.test(code);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const ourFolders = ['dist', 'compiler', 'runtime', 'backends', 'dsl', 'cli'];

/** The innermost frame that is neither ours nor Node's. */
function callerIn(stack: string): string | undefined {
  for (const [line] of stack.matchAll(/^ +at .*$/gm)) {
    const frame = parseFrame(line);
    if (!frame?.path.startsWith('/')) continue;
    if (frame.path.includes('/node_modules/')) continue;
    if (ourFolders.some(folder => frame.path.startsWith(`${root}${folder}/`))) continue;
    return `${shownPath(frame.path)}:${frame.line}:${frame.column}`;
  }
  return undefined;
}
