import { readsOf, visitAssigns } from '../../compiler/index.ts';
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
    const updates = isUpdate(a) ? [target] : [];
    for (const array of [...reads, ...updates]) if (!outputs.has(array)) inputs.add(array);
    outputs.add(target);
    [...reads, target].forEach(array => arrays.add(array));
  });
  return { arrays: [...arrays], inputs, outputs };
}

/** What an assignment leaves depends on what was there; the turns of a scan together set every cell. */
function isUpdate({ op, reset, keeps, projections }: OpenAssign): boolean {
  return keeps ? projections.logic.kind !== 'turn' : op !== 'set' && !reset;
}
