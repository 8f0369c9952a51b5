/**
 * Where a piece of a program was written. The compiler is pure and reads no files: a `Source` is
 * handed in by the language, and looks at the user's file only when an error has to show it.
 */
export interface Source {
  /** The place in the user's own file of an offset into this source's text. */
  locate(offset: number): Location;
}

export interface Location {
  /** As the user would type it: relative to the working directory. */
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The whole line, without its line break; empty when the file cannot be read. */
  readonly text: string;
  /** How many characters are meant, where that does not depend on the span: a whole call. */
  readonly length?: number;
}

/** Half-open: characters `start` up to, not including, `end`. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** `file:line:column`, which terminals and editors make a link. */
export function shownPlace({ source, start }: Span): string {
  const { file, line, column } = source.locate(start);
  return `${file}:${line}:${column}`;
}

/**
 * The places in templates that a node of an IR came from. Every node carries them: passes unite
 * them when they merge nodes and keep them when they clone one.
 */
export type Origins = readonly Span[];

export const noOrigins: Origins = [];

export function uniteOrigins(a: Origins, b: Origins): Origins {
  if (a === b || b.length === 0) return a;
  const added = b.filter(span => !a.includes(span));
  return added.length === 0 ? a : [...a, ...added];
}
