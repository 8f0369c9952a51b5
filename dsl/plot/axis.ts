import { concise } from './number.ts';

/** A range of values cut into cells of one size. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly cells: number;
  /** The cells between `low` and `high`: all of them, or all but the last, which begins at `high`. */
  readonly divisions: number;
}

/** Columns share the values between the two ends evenly. */
export function columnsOver(lists: readonly ArrayLike<number>[], cells: number): Axis | undefined {
  return axisOver(lists, cells, cells);
}

/** The numbers of this axis stand beside the first and the last row, so these rows begin at them. */
export function rowsOver(lists: readonly ArrayLike<number>[], cells: number): Axis | undefined {
  return axisOver(lists, cells, cells - 1);
}

/** From the smallest to the largest finite value; none where no value is finite. */
function axisOver(
  lists: readonly ArrayLike<number>[],
  cells: number,
  divisions: number,
): Axis | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists)
    for (const value of Array.from(list).filter(Number.isFinite)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (low > high) return undefined;
  // A constant lies in the middle of an axis that has to have some length.
  const margin = low === high ? Math.abs(low) / 2 || 1 : 0;
  return { low: low - margin, high: high + margin, cells, divisions };
}

/** The cell of a value between the ends of the axis. */
export function cellOf({ low, high, cells, divisions }: Axis, value: number): number {
  if (value >= high) return cells - 1;
  const along = (shrunk(value) - shrunk(low)) * divisions;
  return Math.min(Math.floor(along / (shrunk(high) - shrunk(low))), cells - 1);
}

export function centreOf({ low, high, divisions }: Axis, cell: number): number {
  const size = high / divisions - low / divisions;
  return low + (cell + 0.5) * size;
}

/** The two ends as text, with as many digits as it takes to tell them apart. */
export function endsOf({ low, high }: Axis): readonly [low: string, high: string] {
  for (let fraction = 2; fraction < 16; fraction++) {
    const ends = [concise(low, fraction), concise(high, fraction)] as const;
    if (ends[0] !== ends[1]) return ends;
  }
  return [concise(low, 16), concise(high, 16)];
}

/** Keeps differences of the largest doubles finite; a power of two, so nothing else changes. */
function shrunk(value: number): number {
  return value * 2 ** -20;
}
