/** Error messages for failed compilations: the compiler's own, with the source lines they are about. */
import { BackendError, type Diagnostic } from '../../compiler/index.ts';
import { type ToolResult } from './process.ts';

export interface Attempt {
  /** The compiler's path. */
  readonly compiler: string;
  readonly name: string;
  /** The name of the source file, as the compiler reports it. */
  readonly file: string;
  readonly source: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/** For a compiler that ran but produced no library. */
export function outcomeError(attempt: Attempt, result: ToolResult): BackendError {
  const { name } = attempt;
  if (result.timedOut) return failed(attempt, 'EINC0903', timeoutText(attempt), result, []);
  if (isFull(result.stderr)) return fullError(attempt, result);
  if (
    result.signal !== null ||
    /internal compiler error|signal terminated program/.test(result.stderr)
  ) {
    const how = result.signal === null ? '' : ` (${result.signal})`;
    return failed(attempt, 'EINC0904', `the C compiler crashed on \`${name}\`${how}`, result, [
      'a crash is often a lack of memory: try again with fewer jobs beside it',
    ]);
  }
  if (result.exitCode === 0) {
    const message = `the C compiler reported success but made no library of \`${name}\``;
    return failed(attempt, 'EINC0906', message, result, ['check what $EINC_CC names']);
  }
  return failed(attempt, 'EINC0902', `the C compiler rejected \`${name}\``, result, []);
}

/** For a compiler that could not be started. */
export function startError(attempt: Attempt, cause: unknown): BackendError {
  const message = `the C compiler could not be started for \`${attempt.name}\``;
  const notes = [wordsOf(cause), commandOf(attempt)];
  return new BackendError({ code: 'EINC0904', message, notes }, { cause });
}

/** For a source file that could not be written. */
export function writeError(attempt: Attempt, cause: unknown): BackendError {
  const message = `the source of \`${attempt.name}\` could not be written`;
  return new BackendError(
    { code: 'EINC0905', message, notes: [wordsOf(cause)], help: roomHelp },
    { cause },
  );
}

const roomHelp = ['set EINC_CACHE_DIR to a folder with room, or EINC_CACHE=off to use TMPDIR'];

function fullError(attempt: Attempt, result: ToolResult): BackendError {
  const message = `no space left on the device while compiling \`${attempt.name}\``;
  return failed(attempt, 'EINC0905', message, result, roomHelp);
}

function failed(
  attempt: Attempt,
  code: string,
  message: string,
  result: ToolResult,
  help: readonly string[],
): BackendError {
  const source = { file: `${attempt.name}.c`, text: attempt.source };
  const notes = [...diagnosticsOf(source, result.stderr), commandOf(attempt)];
  const diagnostic: Diagnostic = { code, message, notes, help };
  return new BackendError(diagnostic);
}

function timeoutText({ name, timeoutMs }: Attempt): string {
  return `the C compiler did not finish \`${name}\` within ${timeoutMs / 1000} s`;
}

function isFull(stderr: string): boolean {
  return stderr.includes('No space left on device') || stderr.includes('Disk quota exceeded');
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

export function commandOf({ compiler, args }: Pick<Attempt, 'compiler' | 'args'>): string {
  return [compiler, ...args].map(quoted).join(' ');
}

/** As one would type it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const shownErrors = 3;
const shownRawLines = 5;

export interface SourceFile {
  /** The file name as the compiler reports it. */
  readonly file: string;
  readonly text: string;
}

/** `k.c:2:3: error: …` of gcc and clang; `k.cu(2): error: …` of CUDA's compilers. */
const errorLine =
  /^([^:\s()]+)(?::(\d+):(?:\d+:)?|\((\d+)\):) (?:fatal |internal compiler |catastrophic )?error: /;

/** The first errors with the lines they are about; if none has a position, the first lines of output. */
export function diagnosticsOf({ file, text }: SourceFile, stderr: string): readonly string[] {
  const said = stderr.split('\n').filter(line => line.trim() !== '');
  const errors = said.flatMap(line => {
    const place = errorLine.exec(line);
    return place === null ? [] : [{ line, in: place[1], row: Number(place[2] ?? place[3]) }];
  });
  if (errors.length === 0) {
    return said.length === 0 ? [] : [said.slice(0, shownRawLines).join('\n')];
  }
  const rows = text.split('\n');
  return errors
    .slice(0, shownErrors)
    .map(error => (error.in === file ? `${error.line}\n${excerpt(rows, error.row)}` : error.line));
}

/** The line and its neighbours, numbered. */
function excerpt(lines: readonly string[], line: number): string {
  const first = Math.max(1, line - 1);
  const shown = lines.slice(first - 1, line + 1);
  const width = String(first + shown.length - 1).length;
  return shown
    .map((text, i) => {
      const number = first + i;
      const mark = number === line ? '>' : ' ';
      return `${mark} ${String(number).padStart(width)} | ${text}`.trimEnd();
    })
    .join('\n');
}
