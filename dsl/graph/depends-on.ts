import type { StaticSymbol } from '../../compiler/index.ts';
import type { Tensor } from './tensor.ts';

/** Something whose value can change while code runs. */
export type Changing = Tensor | StaticSymbol;

/** The tensors that need not be computed anew when these have changed. */
export function withoutDependents(
  tensors: Iterable<Tensor>,
  changed: ReadonlySet<Changing>,
): ReadonlySet<Tensor> {
  const known = new Map<Tensor, boolean>();
  const isStale = (t: Tensor): boolean => {
    const before = known.get(t);
    if (before !== undefined) return before;
    const stale = readsAny(t, changed) || t.operands.some(o => changed.has(o) || isStale(o));
    known.set(t, stale);
    return stale;
  };
  return new Set([...tensors].filter(t => !isStale(t)));
}

/** Whether a tensor reads one of these symbols itself. */
function readsAny({ source }: Tensor, changed: ReadonlySet<Changing>): boolean {
  if (source.kind === 'symbol') return changed.has(source.symbol);
  if (source.kind !== 'computed') return false;
  const { logic } = source.by.operation;
  return logic.kind === 'slice' && changed.has(logic.symbol);
}
