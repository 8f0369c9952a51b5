/** Prefix sums, products and extremes: scans of a scalar op. */
import type { AccumulateOp } from '../../compiler/index.ts';

/**
 * Each is a scan of its op, and its derivative follows from that of the op: the gradient of `cumprod` is correct
 * at zeros, and at a tie of `cummax` the new cell and the previous maximum each get half of the gradient.
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
