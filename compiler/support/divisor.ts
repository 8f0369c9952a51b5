/** By Euclid. `greatestDivisor(a, 0)` is `a`. */
export function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
