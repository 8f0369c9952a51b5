/** Like `map`, but returns the same array when no element changed, so callers can test with `===`. */
export function mapSame<T>(items: readonly T[], f: (item: T) => T): readonly T[] {
  let out: T[] | undefined;
  items.forEach((item, i) => {
    const mapped = f(item);
    if (mapped !== item) out ??= items.slice(0, i);
    out?.push(mapped);
  });
  return out ?? items;
}

export function product(numbers: readonly number[]): number {
  let all = 1;
  for (const n of numbers) all *= n;
  return all;
}
