/** Prefix sums, products and extremes: scans of a scalar op. */
import type { AccumulateOp } from '../../compiler/index.ts';

/**
 * Each is a scan of its op, so its derivative is that of the op: the gradient of `cumprod` is right
 * beside zeros, and a tie of `cummax` shares the gradient evenly between the new cell and what was
 * the greatest before it.
 */
export const cumulative = {
  cumsum: 'add',
  cumprod: 'mul',
  cummax: 'max',
  cummin: 'min',
} as const satisfies Record<string, AccumulateOp>;

export type CumulativeName = keyof typeof cumulative;

export function isCumulative(name: string): name is CumulativeName {
  return Object.hasOwn(cumulative, name);
}
