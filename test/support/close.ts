import { expect } from 'vitest';

/** The same lists of numbers, up to rounding in f64: fused sums round once less. */
export function close(values: unknown): unknown {
  if (typeof values === 'number') return expect.closeTo(values, 10);
  return Array.isArray(values) ? values.map(close) : values;
}
