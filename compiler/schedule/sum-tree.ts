/** What sums that are taken apart have in common, for vectors (`partial-sums.ts`) and for threads (`thread-sums.ts`). */
import { fixed, type Index, plus } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { type Accumulate, accumulate, read, type Stmt } from '../loop/ir.ts';

/** How many parts a short sum has, and by how many parts take what is left over of a long one. All vectors divide it. */
export const fewParts = 16;

/** A statement for each of so many parts; where there are parts of several sums, for each of these. */
export type OverParts = (
  count: number,
  body: (part: Index, sum?: readonly Index[]) => Stmt,
) => Stmt;

/** Which turn goes to which part. */
export interface Shares {
  /** Turns of each part. */
  readonly turns: number;
  /** So many parts, the first ones, get one more. */
  readonly beside: number;
  /** Turns that are left; their terms go to the sum itself, one by one. */
  readonly rest: number;
}

export function sharesOf(extent: number, parts: number): Shares {
  const turns = Math.floor(extent / parts);
  const left = extent - turns * parts;
  const beside = Math.floor(left / fewParts) * fewParts;
  return { turns, beside, rest: left - beside };
}

/** The second half onto the first, until there is one: the sum is in the first of the parts. */
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
