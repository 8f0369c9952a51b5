/** Lists by plain loops: what the values of tensors are compared with. */
import { expect } from 'vitest';
import type { Nested } from '../../runtime/index.ts';

/** `grid([2, 3], (i, j) => …)`: nested lists of what `cell` says. */
export function grid(dims: readonly number[], cell: (...at: number[]) => number): Nested {
  const [count, ...inner] = dims;
  if (count === undefined) return cell();
  return Array.from({ length: count }, (_, i) => grid(inner, (...at) => cell(i, ...at)));
}

/** `sum(3, k => …)` over `0 <= k < 3`. */
export function sum(count: number, term: (k: number) => number): number {
  let total = 0;
  for (let k = 0; k < count; k++) total += term(k);
  return total;
}

export function expectClose(actual: Nested, expected: Nested): void {
  const [values, wanted] = [actual, expected].map(flat);
  expect(dimsOf(actual)).toEqual(dimsOf(expected));
  wanted?.forEach((want, i) => {
    const value = values?.[i] ?? NaN;
    const isClose = Object.is(value, want) || Math.abs(value - want) <= 1e-12 * Math.abs(want);
    expect(isClose, `cell ${i} is ${value}, not ${want}`).toBe(true);
  });
}

function flat(nested: Nested): readonly number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flat);
}

function dimsOf(nested: Nested): readonly number[] {
  return typeof nested === 'number' ? [] : [nested.length, ...dimsOf(nested[0] ?? 0)];
}
