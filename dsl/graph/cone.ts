/**
 * The given tensors and everything they are computed from, in topological order, operands first. Tensors in
 * `given` count as inputs, however they are computed.
 */
export function coneOf<T extends { readonly operands: readonly T[] }>(
  roots: readonly T[],
  given: ReadonlySet<T> = new Set(),
): readonly T[] {
  const cone = new Set<T>();
  const entered = new Set<T>();
  const visit = (t: T): void => {
    if (entered.has(t)) return;
    entered.add(t);
    if (!given.has(t)) t.operands.forEach(visit);
    cone.add(t);
  };
  roots.forEach(visit);
  return [...cone];
}
