/** A text that errors quote, with lines counted as in editors. */
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import type { Location } from '../../compiler/index.ts';

export class TextFile {
  readonly name: string;
  readonly text: string;
  readonly #lineStarts: readonly number[];
  readonly #firstLine: number;

  constructor(name: string, text: string, firstLine = 1) {
    this.name = name;
    this.text = text;
    this.#lineStarts = [0, ...Array.from(text.matchAll(lineBreak), m => m.index + m[0].length)];
    this.#firstLine = firstLine;
  }

  locate(offset: number): Location {
    const index = this.#lineStarts.findLastIndex(start => start <= offset);
    const start = this.#lineStarts[index] ?? 0;
    const line = this.text.slice(start, this.#lineStarts[index + 1]);
    return {
      file: this.name,
      line: index + this.#firstLine,
      column: offset - start + 1,
      text: line.replace(lineBreakAtEnd, ''),
    };
  }

  /** Past the end when the file has no such line. */
  offsetOf(line: number, column: number): number {
    return (this.#lineStarts[line - this.#firstLine] ?? this.text.length) + column - 1;
  }
}

const lineBreak = /\r\n|\n|\r/g;
const lineBreakAtEnd = /(?:\r\n|\n|\r)$/;

export function readTextFile(path: string): TextFile | undefined {
  if (!isAbsolute(path)) return undefined;
  try {
    // Node drops the byte order mark before it counts columns.
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    return new TextFile(shownPath(path), text);
  } catch {
    return undefined;
  }
}

/** As the user would type it. */
export function shownPath(path: string): string {
  return isAbsolute(path) ? relative(process.cwd(), path).replaceAll(sep, '/') : path;
}
