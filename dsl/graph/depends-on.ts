import type { StaticSymbol } from '../../compiler/index.ts';
import { symbolsOfLogic } from '../shape/logic.ts';
import type { Tensor } from './tensor.ts';

/** Something whose value can change while code runs. */
export type Changing = Tensor | StaticSymbol;

/** The tensors whose values remain valid when these have changed: all but them and what depends on them. */
export function withoutDependents(
  tensors: Iterable<Tensor>,
  changed: ReadonlySet<Changing>,
): ReadonlySet<Tensor> {
  const known = new Map<Tensor, boolean>();
  const isStale = (t: Tensor): boolean => {
    const before = known.get(t);
    if (before !== undefined) return before;
    const stale = changed.has(t) || readsAny(t, changed) || t.operands.some(isStale);
    known.set(t, stale);
    return stale;
  };
  return new Set([...tensors].filter(t => !isStale(t)));
}

/** Whether a tensor itself reads one of these symbols. */
function readsAny({ source }: Tensor, changed: ReadonlySet<Changing>): boolean {
  if (source.kind === 'symbol') return changed.has(source.symbol);
  if (source.kind === 'scan') return source.scan.inner.some(t => readsAny(t, changed));
  if (source.kind !== 'computed') return false;
  const { logic } = source.by.operation;
  return symbolsOfLogic(logic).some(symbol => changed.has(symbol));
}
