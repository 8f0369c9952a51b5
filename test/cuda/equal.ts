/** Whether values are the same, bit for bit but for what a NaN carries. */

export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    return Array.from(a, (value, i) => equal(value, b[i])).every(Boolean);
  }
  if (a instanceof Map && b instanceof Map) return equal([...a], [...b]);
  return includes(a, b) && includes(b, a);
}

/** Whether `a` has all that `b` has. */
export function includes(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return equal(a, b);
  }
  const all = a as Readonly<Record<string, unknown>>;
  return Object.entries(b).every(([key, value]) => equal(all[key], value));
}

function isList(value: object): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
