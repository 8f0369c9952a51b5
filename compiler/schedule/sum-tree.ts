/** What sums that are taken apart have in common, for vectors (`partial-sums.ts`) and for threads (`gpu/thread-sums.ts`). */
import { fixed, type Index, plus } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { type Accumulate, accumulate, read, type Stmt } from '../loop/ir.ts';

/** How many partial sums a short sum has; a multiple of all vector lengths. Leftovers of longer sums are divided among as many. */
export const fewParts = 16;

/** A statement for each of so many partial sums, and, if there are several sums, for each sum. */
export type OverParts = (
  count: number,
  body: (part: Index, sum?: readonly Index[]) => Stmt,
) => Stmt;

/** How turns are divided among partial sums. */
export interface Shares {
  /** Turns of each part. */
  readonly turns: number;
  /** So many partial sums, the first ones, get one turn more. */
  readonly beside: number;
  /** Turns left over, whose terms are added to the sum itself one by one. */
  readonly rest: number;
}

export function sharesOf(extent: number, parts: number): Shares {
  const turns = Math.floor(extent / parts);
  const left = extent - turns * parts;
  const beside = Math.floor(left / fewParts) * fewParts;
  return { turns, beside, rest: left - beside };
}

/** Adds the second half of the partial sums to the first, until the first one holds the sum. */
export function sumTree(
  parts: TensorNode,
  { op, origins }: Pick<Accumulate, 'op' | 'origins'>,
  over: OverParts,
): readonly Stmt[] {
  const steps: Stmt[] = [];
  for (let half = (parts.dims[0] ?? 1) / 2; half >= 1; half /= 2) {
    const addOther = (part: Index, sum: readonly Index[] = []): Stmt => {
      const other = read(parts, [plus(fixed(half), part), ...sum], origins);
      return accumulate(op, parts, [part, ...sum], other, origins);
    };
    steps.push(over(half, addOther));
  }
  return steps;
}
