/** The source position at which the user's code called one of our functions, from the stack trace. */
import { fileURLToPath } from 'node:url';
import type { Location, Source, Span } from '../../compiler/index.ts';
import { readTextFile, shownPath } from './text-file.ts';

export type AnyFunction = (...args: never[]) => unknown;

/** A stack frame as the runtime reports it: already mapped to the source if source maps are on. */
export interface Frame {
  /** Absolute, or a name in the runtime's own style such as `[eval]`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Records the caller of `above`. Capturing the frame is cheap and must happen now; reading it is expensive
 * and is deferred until the result is called.
 */
export function captureFrame(above: AnyFunction): () => Frame | undefined {
  const holder: { stack?: unknown } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  return () => (typeof holder.stack === 'string' ? parseFrame(holder.stack) : undefined);
}

/** The first `at …` line of a stack: a path or URL, bare or in parentheses after a function. */
export function parseFrame(stack: string): Frame | undefined {
  const text = /^\s*at (.*)$/m.exec(stack)?.[1];
  const place = text?.endsWith(')') ? /\((.*)\)$/.exec(text)?.[1] : text?.replace(/^async /, '');
  const [, where = '', line, column] = /^(.*):(\d+):(\d+)$/.exec(place ?? '') ?? [];
  if (where === '') return undefined;
  return { path: pathOf(where), line: Number(line), column: Number(column) };
}

function pathOf(where: string): string {
  if (where.startsWith('eval at ')) return '<eval>';
  if (!where.startsWith('file://')) return where;
  try {
    return fileURLToPath(where);
  } catch {
    return where;
  }
}

/**
 * The call of `above` as an error position: a span that covers the name of the called function, as
 * far as the user's file shows it.
 */
export function callSite(above: AnyFunction): Span {
  return new CallSite(captureFrame(above));
}

class CallSite implements Source, Span {
  readonly source: Source = this;
  readonly start = 0;
  readonly #findFrame: () => Frame | undefined;
  #location: Location | undefined;

  constructor(findFrame: () => Frame | undefined) {
    this.#findFrame = findFrame;
  }

  get end(): number {
    const { text, column } = this.locate(0);
    const callee = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(text.slice(column - 1));
    return callee?.[0].length ?? 1;
  }

  locate(offset: number): Location {
    this.#location ??= locationOf(this.#findFrame());
    return { ...this.#location, column: this.#location.column + offset };
  }
}

function locationOf(frame: Frame | undefined): Location {
  if (!frame) return { file: '<unknown>', line: 1, column: 1, text: '' };
  const { path, line, column } = frame;
  const file = readTextFile(path);
  const text = file?.locate(file.offsetOf(line, 1)).text ?? '';
  return { file: shownPath(path), line, column, text };
}
