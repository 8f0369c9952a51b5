/** Names on a terminal what is being compiled, if that takes noticeably long. */
import { settings } from '../../runtime/index.ts';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const longMs = 300;
/** What is shown at the moment; all share one line, which the next notice replaces. */
const shown: { readonly name: string }[] = [];

/** Runs the work; the line is erased when the work ends, whether or not it succeeds. */
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
  // A line that wraps could not be erased.
  terminal.write(`\r\x1b[K${text.slice(0, (terminal.columns ?? 80) - 1)}`);
}
