/** Who could see an array when only part of it has been stored to. */
import { type Path, type Site, startsWith } from '../loop/facts.ts';

/**
 * Whether another of the `sites` is inside the loops between `block` and `store`: there it would see
 * the array when only part of it has been stored to.
 */
export function isSeenHalfStored(store: Site, block: Path, sites: readonly Site[]): boolean {
  const outermost = store.path.findIndex(
    (step, i) => i >= block.length && typeof step === 'object',
  );
  if (outermost === -1) return false;
  const nest = store.path.slice(0, outermost + 1);
  return sites.some(other => other !== store && startsWith(other.path, nest));
}
