/** Reads `docs/errors.md` as data. The package includes that file. */
import { readFileSync } from 'node:fs';

export interface ErrorEntry {
  /** The code, or the first of several that are explained together. */
  readonly first: string;
  readonly last: string;
  /** What the code is about, in a line. */
  readonly about: string;
  /** Its section of the page, as written. */
  readonly text: string;
}

/** Every code of the page, in order. */
export function errorEntries(): readonly ErrorEntry[] {
  const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const [, ...sections] = page.split(/^## (?=EINC)/m);
  return sections.flatMap(section => {
    const [title = '', ...lines] = section.split('\n');
    const [, first, last = first, about] = /^(EINC\d+)(?: – (EINC\d+))?: (.*)$/.exec(title) ?? [];
    if (first === undefined || last === undefined || about === undefined) return [];
    return [{ first, last, about, text: lines.join('\n').trim() }];
  });
}

export function entryOf(code: string): ErrorEntry | undefined {
  return errorEntries().find(({ first, last }) => first <= code && code <= last);
}

export function codesOf({ first, last }: ErrorEntry): string {
  return first === last ? first : `${first} – ${last}`;
}

/** For a terminal: code is set off by spaces instead of fences. */
export function printEntry(entry: ErrorEntry): string {
  const lines: string[] = [];
  let isCode = false;
  for (const line of entry.text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    else lines.push(isCode && line !== '' ? `    ${line}` : line);
  }
  return `${codesOf(entry)}: ${entry.about}\n\n${lines.join('\n')}`;
}
