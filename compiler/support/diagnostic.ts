/**
 * What an error says, as data, and its one rendering as text:
 *
 *   error[EINC0301]: `+` needs equal output axes: 16 and 24
 *     --> examples/moons.ts:6:10
 *      |
 *    6 |   { w2 } * x + { b1 }
 *      |   ------     ^ ------ 24
 *      |   |
 *      |   16
 *      |
 *      = help: …
 */
import { codeFrames, type Label, linesUnder } from './code-frame.ts';

export interface Diagnostic {
  /** `EINC` and four digits; the hundreds say which part of einc speaks (see `docs/errors.md`). */
  readonly code: string;
  /** One sentence with the actual names and numbers; stands on its own. */
  readonly message: string;
  /** The first is the place of the error; the others show what it disagrees with. */
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  /** How to fix it; if possible something to paste. */
  readonly help?: readonly string[];
  /** The name that nothing defines: left out where a definition of that name is wrong itself. */
  readonly unknownName?: string;
}

export function render({ code, message, labels = [], notes = [], help = [] }: Diagnostic): string {
  const frames = codeFrames(labels);
  const width = Math.max(1, ...frames.map(({ at }) => String(at.line).length));
  const margin = `${' '.repeat(width)} |`;
  const lines = [`error[${code}]: ${message}`];
  for (const frame of frames) {
    const { file, line, column } = frame.at;
    lines.push(`${' '.repeat(width)}--> ${file}:${line}:${column}`);
    if (frame.at.text === '') continue;
    lines.push(margin, `${String(line).padStart(width)} | ${frame.text}`);
    for (const under of linesUnder(frame)) lines.push(`${margin} ${under}`.trimEnd());
  }
  const trailer = [...notes.map(n => `note: ${n}`), ...help.map(h => `help: ${h}`)];
  if (labels.length > 0 && trailer.length > 0) lines.push(margin);
  const pad = ' '.repeat(width + 1);
  lines.push(...trailer.map(text => `${pad}= ${text.replaceAll('\n', `\n${pad}  `)}`));
  return lines.join('\n');
}

const mostShown = 10;

/** Several errors of one template, one below the other. */
export function renderAll(diagnostics: readonly Diagnostic[]): string {
  const left = diagnostics.length - mostShown;
  const more = left <= 0 ? [] : [`and ${left} more ${left === 1 ? 'error' : 'errors'}`];
  return [...diagnostics.slice(0, mostShown).map(render), ...more].join('\n\n');
}
