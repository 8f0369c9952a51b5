/** Splits the cells of an array, in memory order, along one of its axes, and joins them again. */
import {
  type AnyCells,
  cellArrays,
  type DType,
  inMemoryOrder,
  type MutableCells,
  product,
  type Value,
} from '../../compiler/index.ts';
import type { DividedArray } from './divided-code.ts';

/** One axis of an array with these dims, divided into equal parts. */
export interface AxisParts {
  readonly dims: readonly number[];
  readonly axis: number;
  readonly parts: number;
}

export function partsOf({ whole, axis = 0 }: DividedArray, parts: number): AxisParts {
  return { dims: inMemoryOrder(whole.dims), axis, parts };
}

export function cutAxis(
  dtype: DType,
  whole: ArrayLike<Value>,
  part: number,
  axis: AxisParts,
): AnyCells {
  const { outer, run } = runsOf(axis);
  const share: AnyCells = new cellArrays[dtype](outer * run);
  const to: MutableCells = share;
  for (let i = 0; i < outer; i++) {
    const from = (i * axis.parts + part) * run;
    for (let j = 0; j < run; j++) to[i * run + j] = whole[from + j] ?? NaN;
  }
  return share;
}

export function joinAxis(dtype: DType, shares: readonly AnyCells[], axis: AxisParts): AnyCells {
  const { outer, run } = runsOf(axis);
  const whole: AnyCells = new cellArrays[dtype](outer * run * axis.parts);
  const to: MutableCells = whole;
  shares.forEach((share, part) => {
    for (let i = 0; i < outer; i++) {
      const first = (i * axis.parts + part) * run;
      for (let j = 0; j < run; j++) to[first + j] = share[i * run + j] ?? NaN;
    }
  });
  return whole;
}

/** The number of contiguous runs of cells in a part, and their length. */
function runsOf({ dims, axis, parts }: AxisParts): {
  readonly outer: number;
  readonly run: number;
} {
  return { outer: product(dims.slice(0, axis)), run: product(dims.slice(axis)) / parts };
}
