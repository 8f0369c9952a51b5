/**
 * The output of the ranks of a launch. The first rank's output is shown; of the others only errors,
 * with the rank number before each line. `EINC_LOG=all` shows everything, `EINC_LOG=folder` writes the output of each
 * rank to `folder/rank-0.log`, ….
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { configure, type Launch, launchOf, makeFolder } from '../runtime/index.ts';

/** To be called before the program prints. */
export function directOutput(
  launch: Launch = launchOf(),
  log: string = process.env['EINC_LOG'] ?? '',
): void {
  if (launch.size === 1) return;
  const { rank } = launch;
  const isFirst = rank === 0;
  if (!isFirst) configure({ showsProgress: false });
  const { stdout, stderr } = process;
  const folder = log === '' || log === 'all' ? undefined : log;
  const file = folder === undefined ? undefined : openLog(folder, rank);
  const show = new LinePrefix(`[${rank}] `);
  const showError = new LinePrefix(`[${rank}] `);
  redirect(stdout, text => {
    file?.(text);
    if (log === 'all') return show.apply(text);
    return isFirst ? text : '';
  });
  redirect(stderr, text => {
    file?.(text);
    return isFirst && log !== 'all' ? text : showError.apply(text);
  });
}

type Write = Writable['write'];

/** Whatever is written goes through `change`; what that leaves empty is not written. */
function redirect(stream: Writable, change: (text: string) => string): void {
  const write: Write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const changed = change(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const callback = rest.find(argument => typeof argument === 'function');
    return write(changed, callback as Parameters<Write>[2]);
  }) as Write;
}

function openLog(folder: string, rank: number): (text: string) => void {
  makeFolder(folder);
  const file = openSync(join(folder, `rank-${rank}.log`), 'w');
  process.on('exit', () => closeSync(file));
  return text => writeSync(file, text);
}

/** Puts a text before each line, however the lines are cut into pieces. */
export class LinePrefix {
  readonly #prefix: string;
  #atStart = true;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  apply(text: string): string {
    if (text === '') return '';
    const start = this.#atStart ? this.#prefix : '';
    this.#atStart = text.endsWith('\n');
    const [last, inner] = [this.#atStart ? '\n' : '', this.#atStart ? text.slice(0, -1) : text];
    return `${start}${inner.replaceAll('\n', `\n${this.#prefix}`)}${last}`;
  }
}
