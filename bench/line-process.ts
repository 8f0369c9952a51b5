/** A child process that answers each input line with one line. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class LineProcess implements Disposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    this.#child.stderr.on('data', (text: Buffer) => (this.#complaints += text.toString()));
    // What fails to start, or has gone, ends its lines.
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** The next line it prints. Rejects when it ends instead. */
  async read(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`${this.#child.spawnfile} ended\n${this.#complaints}`);
    return next.value;
  }

  ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    return this.read();
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
