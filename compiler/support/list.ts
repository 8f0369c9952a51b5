/** Like `map`, but returns the same array when no element changed, so callers can test with `===`. */
export function mapSame<T>(items: readonly T[], f: (item: T) => T): readonly T[] {
  const out = items.map(f);
  return out.every((item, i) => item === items[i]) ? items : out;
}

export function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}
