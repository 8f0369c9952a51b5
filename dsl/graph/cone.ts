/**
 * Some tensors and all they are computed from, operands before the tensors they go into. What is in
 * `given` counts as given, however it is computed.
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
