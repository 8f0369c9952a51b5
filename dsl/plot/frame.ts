import { type Axis, endsOf } from './axis.ts';

/** One row of a framed table: the text of each of its columns. */
type Row = readonly string[];

/** A table of one or more blocks of rows, ruled around and between. Columns are as wide as given. */
export function framed(blocks: readonly (readonly Row[])[]): string[] {
  const widths = blocks[0]?.[0]?.map(text => text.length) ?? [];
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map(width => '─'.repeat(width)).join(middle) + right;
  const bodies = blocks.map(rows => rows.map(row => `│${row.join('│')}│`));
  return [
    rule('┌', '┬', '┐'),
    ...bodies.flatMap((body, i) => (i === 0 ? body : [rule('├', '┼', '┤'), ...body])),
    rule('└', '┴', '┘'),
  ];
}

/** What stands left of the picture, by row: the label downwards, and the ends of the axis. */
export function gutterOf(axis: Axis | undefined, label = '', height: number): string[] {
  const [low, high] = axis === undefined ? ['', ''] : endsOf(axis);
  const numbers = Math.max(low.length, high.length);
  const letters = Array.from(label).slice(0, height);
  const start = Math.floor((height - letters.length) / 2);
  return Array.from({ length: height }, (_, row) => {
    const number = row === 0 ? high : row === height - 1 ? low : '';
    return (letters[row - start] ?? ' ') + number.padEnd(numbers);
  });
}

/** What stands below the picture: the ends of the axis, and the label in the middle. */
export function footerOf(
  axis: Axis | undefined,
  label: string | undefined,
  width: number,
): string[] {
  const [low, high] = axis === undefined ? ['', ''] : endsOf(axis);
  const fits = low.length + 1 + high.length <= width;
  const ends = fits ? [low.padEnd(width - high.length) + high] : [low, high.padStart(width)];
  return [...ends, ...(label === undefined ? [] : [centred(label, width)])].map(text =>
    text.slice(0, width).padEnd(width),
  );
}

function centred(text: string, width: number): string {
  return ' '.repeat(Math.max(Math.floor((width - text.length) / 2), 0)) + text;
}
