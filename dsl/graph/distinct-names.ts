import { Names } from '../../compiler/index.ts';

/** Makes labels unique: the first to have a label keeps it, the second `w` becomes `w2` or the next free name. */
export function distinctNames(labels: readonly string[]): readonly string[] {
  const names = new Names(labels);
  const kept = new Set<string>();
  return labels.map(label => {
    if (kept.has(label)) return names.fresh(label);
    kept.add(label);
    return label;
  });
}
