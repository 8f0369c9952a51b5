/**
 * A line of the user's file with labels under it. The last label stands beside its marks, the others
 * hang below theirs:
 *
 *   6 |   { w2 } * relu({ b1 } + x)
 *     |   ------ ^ ---------------- output 24
 *     |   |
 *     |   input 16 -> output 32
 */
import type { Location, Span } from './source.ts';
import { visible, widthOf } from './text-width.ts';

export interface Label {
  readonly span: Span;
  readonly text?: string;
}

/** One line of a file with marks, whose places are columns on a terminal, from 0. */
export interface CodeFrame {
  readonly at: Location;
  /** The line as it is shown: of a very long one, the part that the labels are about. */
  readonly text: string;
  readonly marks: readonly Mark[];
}

interface Mark {
  readonly sign: '^' | '-';
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Labels of one source line share a frame; frames keep the order of their first label. */
export function codeFrames(labels: readonly Label[]): readonly CodeFrame[] {
  const groups: Placed[][] = [];
  labels.forEach(({ span, text = '' }, i) => {
    const at = span.source.locate(span.start);
    const placed = { at, length: lengthOf(span, at), sign: i === 0 ? '^' : '-', text } as const;
    const same = groups.find(group => {
      return group[0]?.at.file === at.file && group[0].at.line === at.line;
    });
    if (!same) groups.push([placed]);
    // Of several labels of one call, the first says what is wrong with it.
    else if (!same.some(other => isOneCall(other.at, at))) same.push(placed);
  });
  return groups.flatMap(group => (group[0] ? [frameOf(group[0].at, group)] : []));
}

interface Placed {
  readonly at: Location;
  readonly length: number;
  readonly sign: Mark['sign'];
  readonly text: string;
}

function isOneCall(a: Location, b: Location): boolean {
  return a.length !== undefined && b.length !== undefined && a.column === b.column;
}

/**
 * Measured where the user reads it: what is one character of a source may be a whole `${…}` there.
 * A span that ends on a later line reaches to the end of its first.
 */
function lengthOf({ source, end }: Span, at: Location): number {
  const last = source.locate(end);
  const upToEnd = last.line === at.line ? last.column - at.column : at.text.length;
  const length = at.length ?? upToEnd;
  return Math.max(1, Math.min(length, at.text.length - (at.column - 1)));
}

function frameOf(at: Location, labels: readonly Placed[]): CodeFrame {
  const { from, to } = shownPart(at.text, labels);
  const [before, after] = [from > 0 ? '…' : '', to < at.text.length ? '…' : ''];
  const shown = `${before}${at.text.slice(from, to)}${after}`;
  const columnOf = (index: number): number => {
    const part = shown.slice(0, Math.max(0, index - from + before.length));
    // The place after the last character has a column too.
    return widthOf(part) + Math.max(0, index - at.text.length);
  };
  const marks = labels.map(({ at: { column }, length, sign, text }) => {
    const [start, end] = [columnOf(column - 1), columnOf(column - 1 + length)];
    return { sign, from: start, to: Math.max(start + 1, end), text };
  });
  return { at, text: visible(shown), marks };
}

const longLine = 160;
const context = 40;

/** The whole line if it is short enough, else the part around the labels. */
function shownPart(text: string, labels: readonly Placed[]): { from: number; to: number } {
  if (text.length <= longLine) return { from: 0, to: text.length };
  const first = Math.min(...labels.map(label => label.at.column - 1));
  const last = Math.max(...labels.map(l => l.at.column - 1 + Math.min(l.length, context)));
  const from = Math.max(0, first - context);
  return { from, to: Math.min(text.length, Math.max(from + 2 * context, last + context)) };
}

/** The lines printed under the source line. */
export function linesUnder({ marks }: CodeFrame): readonly string[] {
  const underlined = new Cells();
  // The first label is what the error is about, so its marks cover others.
  for (const { from, to, sign } of marks.toReversed()) underlined.put(from, sign.repeat(to - from));
  const told = marks.filter(mark => mark.text !== '').toSorted((a, b) => b.from - a.from);
  const beside = told.find(mark => marks.every(m => m === mark || m.to <= mark.from));
  if (beside) underlined.put(beside.to + 1, beside.text);
  return [underlined.text, ...hanging(told.filter(mark => mark !== beside))];
}

/** Below their marks, the rightmost first. */
function hanging(marks: readonly Mark[]): readonly string[] {
  if (marks.length === 0) return [];
  const bars = (below: readonly Mark[]): Cells => {
    const cells = new Cells();
    for (const { from } of below) cells.put(from, '|');
    return cells;
  };
  const texts = marks.map(({ from, text }, i) => bars(marks.slice(i + 1)).put(from, text).text);
  return [bars(marks).text, ...texts];
}

/** A line of text whose columns can be written in any order. */
class Cells {
  readonly #cells: string[] = [];

  put(column: number, text: string): this {
    Array.from(text).forEach((character, i) => (this.#cells[column + i] = character));
    return this;
  }

  get text(): string {
    return Array.from(this.#cells, (cell: string | undefined) => cell ?? ' ').join('');
  }
}
