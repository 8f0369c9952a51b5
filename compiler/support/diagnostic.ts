/**
 * What an error says, as data, and its one rendering as text:
 *
 *   error[EINC0301]: `+` needs equal output axes: 16 and 24
 *     --> examples/moons.ts:6:10
 *      |
 *    6 |   { w2 } * x + { b1 }
 *      |              ^ 16 on the left, 24 on the right
 *      |                ------ 24 axes declared here
 *      |
 *      = help: …
 */
import type { Location, Span } from './source.ts';

export interface Diagnostic {
  /** `EINC` and four digits; the hundreds say which part of einc speaks (see `docs/errors.md`). */
  readonly code: string;
  /** One sentence with the actual names and numbers; stands on its own. */
  readonly message: string;
  /** The first is the place of the error; the others show what it disagrees with. */
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  /** What would mend it; where possible something to paste. */
  readonly help?: readonly string[];
}

export interface Label {
  readonly span: Span;
  readonly text?: string;
}

export function render({ code, message, labels = [], notes = [], help = [] }: Diagnostic): string {
  const placed = labels.map(({ span, text = '' }, i) => {
    const at = span.source.locate(span.start);
    return { at, length: lengthOf(span, at), mark: i === 0 ? '^' : '-', text };
  });
  const width = Math.max(1, ...placed.map(label => String(label.at.line).length));
  const margin = `${' '.repeat(width)} |`;
  const lines = [`error[${code}]: ${message}`];
  for (const group of byLine(placed)) {
    const { file, line, column, text } = group[0].at;
    lines.push(`${' '.repeat(width)}--> ${file}:${line}:${column}`);
    if (text === '') continue;
    lines.push(margin, `${String(line).padStart(width)} | ${text}`);
    for (const label of group) lines.push(`${margin} ${underline(label)}`.trimEnd());
  }
  const trailer = [...notes.map(n => `note: ${n}`), ...help.map(h => `help: ${h}`)];
  if (labels.length > 0 && trailer.length > 0) lines.push(margin);
  const pad = ' '.repeat(width + 1);
  lines.push(...trailer.map(text => `${pad}= ${text.replaceAll('\n', `\n${pad}  `)}`));
  return lines.join('\n');
}

/**
 * Measured where the user reads it: what is one character of a source may be a whole `${…}` there.
 * A span that ends on a later line reaches to the end of its first.
 */
function lengthOf({ source, end }: Span, at: Location): number {
  const last = source.locate(end);
  return last.line === at.line ? last.column - at.column : at.text.length;
}

interface PlacedLabel {
  readonly at: Location;
  readonly length: number;
  readonly mark: string;
  readonly text: string;
}

type Group = [PlacedLabel, ...PlacedLabel[]];

/** Labels of one source line share one printed line; groups keep the order of their first label. */
function byLine(labels: readonly PlacedLabel[]): Group[] {
  const groups: Group[] = [];
  for (const label of labels) {
    const same = groups.find(([first]) => {
      return first.at.file === label.at.file && first.at.line === label.at.line;
    });
    if (same) same.push(label);
    else groups.push([label]);
  }
  return groups;
}

/** A span that runs past the end of its line is underlined to the end of the line. */
function underline({ at, length, mark, text }: PlacedLabel): string {
  const before = at.text.slice(0, at.column - 1).replaceAll(/[^\t]/g, ' ');
  const room = Math.max(1, at.text.length - (at.column - 1));
  return `${before}${mark.repeat(Math.max(1, Math.min(length, room)))} ${text}`;
}
