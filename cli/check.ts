/** `einc check`: finds errors in the templates of a project, without running it. */
import { type Diagnostic, UserError } from '../compiler/index.ts';
import { Ahead } from './check/ahead.ts';
import type { Checked } from './check/check-project.ts';
import { CleanTemplates } from './check/clean-templates.ts';
import type { ProjectOptions } from './check/project.ts';
import { type Colours, coloursFor, paint } from './colour.ts';

export interface CheckOptions {
  readonly project?: string;
  readonly json?: boolean;
}

/** Prints what is wrong; exit code 1 when something is. */
export async function check(
  paths: readonly string[],
  { project, json = false }: CheckOptions,
): Promise<void> {
  const options: ProjectOptions = { paths, project };
  const clean = new CleanTemplates(JSON.stringify([process.cwd(), options]));
  const thread = clean.isNew ? Ahead.prepare(paths) : undefined;
  // TypeScript is large: the thread starts while this one loads it.
  const { checkProject } = await import('./check/check-project.ts');
  const checked = await checkProject(options, clean, thread, json ? undefined : progress());
  if (checked.faults.length > 0) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify(asJson(checked)));
    return;
  }
  const colours = coloursFor(process.stdout);
  for (const fault of checked.faults) console.log(`${frameOf(fault, colours)}\n`);
  console.log(summary(checked, performance.now(), colours));
}

// ── For people ──────────────────────────────────────────────────────────────────────────────────

/** `file:line:col - error CODE: message`, which terminals and editors make a link of; then the code. */
function frameOf(fault: Diagnostic, colours: Colours): string {
  const { file, line, column } = placeOf(fault).start;
  const shown = new UserError(fault).message.split('\n');
  const frame = shown.slice(shown.findIndex(text => /^ *--> /.test(text)) + 1);
  const head = `${file}:${line}:${column} - ${colours.red('error')} ${fault.code}: ${fault.message}`;
  return [head, paint(frame.join('\n'), colours)].join('\n');
}

/** `milliseconds` since the process began. */
function summary(
  { faults, files, templates }: Checked,
  milliseconds: number,
  { green, red }: Colours,
): string {
  const wrong = new Set(faults.map(fault => placeOf(fault).start.file)).size;
  const errors =
    faults.length === 0
      ? green('no errors')
      : red(`${counted(faults.length, 'error')} in ${counted(wrong, 'file')}`);
  const seconds = (milliseconds / 1000).toFixed(1);
  return `${errors} (${counted(templates, 'template')}, ${counted(files, 'file')}, ${seconds} s)`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** On a terminal, how far it has come, once it takes long enough to wonder. */
function progress(): ((done: number, of: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  let shown = 0;
  return (done, of) => {
    const now = performance.now();
    if (done + 1 < of && (now < 500 || now - shown < 50)) return;
    shown = now;
    process.stderr.write(done + 1 < of ? `\rchecked ${done} of ${of} files` : '\r\u{1b}[K');
  };
}

// ── For programs ────────────────────────────────────────────────────────────────────────────────

function asJson({ faults, files, templates }: Checked): unknown {
  const errors = faults.map(fault => {
    const { start, end } = placeOf(fault);
    const { code, message, help = [] } = fault;
    const { file, line, column } = start;
    return {
      file,
      line,
      column,
      endLine: end.line,
      endColumn: end.column,
      code,
      message,
      help,
    };
  });
  return { errors, files, templates };
}

function placeOf({ labels = [] }: Diagnostic): {
  readonly start: Place;
  readonly end: Place;
} {
  const span = labels[0]?.span;
  if (!span) return { start: nowhere, end: nowhere };
  return {
    start: span.source.locate(span.start),
    end: span.source.locate(span.end),
  };
}

type Place = ReturnType<NonNullable<Diagnostic['labels']>[number]['span']['source']['locate']>;
const nowhere: Place = { file: '<unknown>', line: 1, column: 1, text: '' };
