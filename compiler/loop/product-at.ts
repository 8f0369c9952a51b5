/** Products of matrices on tensor cores, of either kind: of a warp, or of a warpgroup. */
import { type GroupProduct, groupProductAt, isOfGroup } from './group-product.ts';
import type { For } from './ir.ts';
import type { Chain } from './kernel.ts';
import { type MatrixProduct, matrixProductAt } from './matrix-product.ts';

/** The product that the loop is, or in words why it is none. */
export function productAt(loop: For, threads: Chain): MatrixProduct | GroupProduct | string {
  return isOfGroup(loop) ? groupProductAt(loop, threads) : matrixProductAt(loop, threads);
}
