/** How a nest of loops walks over the cells of an array. */
import { coverageOf } from '../core/index-cover.ts';
import type { Index } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { type Path, type Site, startsWith } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';

/**
 * Whether a subscript under `loops` reaches every cell of `node`: `once`, `often` when further loops
 * repeat it, or undefined when cells are missed or this cannot be told.
 */
export function coversNode(
  node: TensorNode,
  index: readonly Index[],
  loops: readonly For[],
): 'once' | 'often' | undefined {
  return coverageOf(index, node.dims, loops);
}

/**
 * Whether another of the `sites` stands in the loops between a block and `store`: there it would
 * meet an array of which only a part has been stored to.
 */
export function isMetHalfway(store: Site, block: Path, sites: readonly Site[]): boolean {
  const outermost = store.path.findIndex(
    (step, i) => i >= block.length && typeof step === 'object',
  );
  if (outermost === -1) return false;
  const nest = store.path.slice(0, outermost + 1);
  return sites.some(other => other !== store && startsWith(other.path, nest));
}
