import { isStore, readsOf, visitAssigns } from '../../compiler/index.ts';
import type { ArrayRef, OpenAssign, OpenCode } from './tensor.ts';

export interface Lifetimes {
  /** Every array the code touches, in the order met. */
  readonly arrays: readonly ArrayRef[];
  /** Those read before the code has written them: they hold what an earlier run left. */
  readonly inputs: ReadonlySet<ArrayRef>;
  readonly outputs: ReadonlySet<ArrayRef>;
}

export function lifetimesIn(code: OpenCode): Lifetimes {
  const arrays = new Set<ArrayRef>();
  const inputs = new Set<ArrayRef>();
  const outputs = new Set<ArrayRef>();
  visitAssigns(code, (a: OpenAssign) => {
    const target = a.target.node;
    const reads = readsOf(a).map(access => access.node);
    const startsAnew = isStore(a.op) || a.reset;
    const updates = startsAnew ? [] : [target];
    for (const array of [...reads, ...updates]) if (!outputs.has(array)) inputs.add(array);
    outputs.add(target);
    [...reads, target].forEach(array => arrays.add(array));
  });
  return { arrays: [...arrays], inputs, outputs };
}
