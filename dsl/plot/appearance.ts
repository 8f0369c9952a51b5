/** Options that all plots share. */
export interface Appearance {
  /** Printed above the frame as it is. */
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Columns inside the frame, 100 unless told. */
  readonly width?: number;
  /** Rows inside the frame, 40 unless told. */
  readonly height?: number;
  /** Columns the whole plot may take, frame and numbers included: `process.stdout.columns`. */
  readonly columns?: number | undefined;
}

/** Points drawn with one mark; with a `label` they get a legend. */
export interface Group {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly mark: string;
  readonly label?: string;
}

const smallest = { width: 8, height: 2 } as const;

export function heightOf({ height = 40 }: Appearance): number {
  return Math.max(Math.floor(height), smallest.height);
}

/** The columns left for the picture when `around` it others are taken. */
export function widthOf({ width = 100, columns }: Appearance, around: number): number {
  // Some pseudo-terminals report 0 columns, meaning that they do not know.
  const room = columns === undefined || columns <= 0 ? Infinity : columns - around;
  return Math.max(Math.floor(Math.min(width, room)), smallest.width);
}

/** The mark that was asked for, or the `index`-th of the usual ones. */
export function markOf(asked: string | undefined, index: number, usual: string): string {
  const mark = asked ?? usual.charAt(index % usual.length);
  if (Array.from(mark).length !== 1) throw new RangeError(`a mark is one character, not "${mark}"`);
  return mark;
}
