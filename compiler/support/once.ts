/** A lazy value: `make` runs at the first request; if it throws, it runs again at the next. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
