/** The error that Node's `parseArgs` throws for arguments that a program does not accept. */
import { shownPath } from '../dsl/language/text-file.ts';

/** The options of `einc run`. */
const own: ReadonlySet<string> = new Set(['--backend', '--arch']);

/** As commander says it of einc's own; undefined for any other error. */
export function wrongArgument(error: unknown, program = process.argv[1]): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (!String(error.code).startsWith('ERR_PARSE_ARGS_')) return undefined;
  const { message } = error;
  const said = `error: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  const option = /'(--[^' ]*)/.exec(message)?.[1] ?? '';
  if (program === undefined || !own.has(option)) return said;
  return `${said}
(it is one of einc, which stands before --: einc run ${shownPath(program)} ${option} NAME)`;
}
