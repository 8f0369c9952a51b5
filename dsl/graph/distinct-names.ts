import { Names } from '../../compiler/index.ts';

/** Each label once: the first to have it keeps it, the second `w` is `w2` or the next one free. */
export function distinctNames(labels: readonly string[]): readonly string[] {
  const names = new Names(labels);
  const kept = new Set<string>();
  return labels.map(label => {
    if (kept.has(label)) return names.fresh(label);
    kept.add(label);
    return label;
  });
}
