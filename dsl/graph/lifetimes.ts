import { readsOf, visitAssigns } from '../../compiler/index.ts';
import type { ArrayRef, OpenAssign, OpenCode } from './tensor.ts';

export interface Lifetimes {
  /** Every array the code uses, in order of first use. */
  readonly arrays: readonly ArrayRef[];
  /** Those read before the code has written them: they hold values of an earlier run. */
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

/**
 * Whether an assignment's result depends on the previous contents; the iterations of a scan together set every cell.
 */
function isUpdate({ op, reset, keeps, projections }: OpenAssign): boolean {
  return keeps ? projections.logic.kind !== 'turn' : op !== 'set' && !reset;
}
