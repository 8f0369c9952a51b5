/** Says on a terminal what is being compiled, when that takes long enough to be wondered about. */
import { settings } from '../../runtime/index.ts';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const longMs = 300;
/** What is shown at the moment; a line for all, that the next one takes the place of. */
const shown: { readonly name: string }[] = [];

/** Does the work; the line goes when the work is done, whether or not it succeeds. */
export async function withNotice<T>(
  name: string,
  work: () => Promise<T>,
  terminal: Terminal | undefined = terminalOfProcess(),
): Promise<T> {
  if (terminal?.isTTY !== true) return work();
  const entry = { name };
  const timer = setTimeout(() => {
    shown.push(entry);
    show(terminal);
  }, longMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    const at = shown.indexOf(entry);
    if (at >= 0) {
      shown.splice(at, 1);
      show(terminal);
    }
  }
}

function terminalOfProcess(): Terminal | undefined {
  return settings().showsProgress ? process.stderr : undefined;
}

function show(terminal: Terminal): void {
  const text = shown.length === 0 ? '' : `compiling ${shown.map(({ name }) => name).join(', ')}…`;
  // A line that wraps could not be taken back.
  terminal.write(`\r\x1b[K${text.slice(0, (terminal.columns ?? 80) - 1)}`);
}
