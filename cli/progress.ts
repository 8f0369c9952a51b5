/** A progress bar, shown on a terminal only. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(done: number, total: number, about: string): void {
    if (!this.#stream.isTTY) return;
    this.#stream.write(`\r${bar(done, total)} ${about}\u001B[K`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001B[K');
  }
}

const width = 24;

export function bar(done: number, total: number): string {
  const full = total === 0 ? width : Math.round((done / total) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done}/${total}`;
}
