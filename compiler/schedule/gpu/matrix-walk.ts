/**
 * Rewrites sums over matrices that are not stored: a block of threads has some rows and walks over the columns. It
 * computes a tile of the matrices, adds it up, and goes on to the next. So attention needs no matrix of scores.
 *
 *   before   for h, s, t { local sum := 0; for d { sum += q[s, h, d] * k[t, h, d]; } p[h, s, t] := exp(sum); }
 *            for s, h, d { local sum := 0; for t { sum += p[h, s, t] * v[t, h, d]; } y[s, h, d] := sum; }
 *
 *   after    for h < 2 block { for s < 64 block { for d < 1 block {
 *              local sum2_tile: f32[16, 16, 4, 4]; local p_tile: f32[64, 68];
 *              … thread { sum2_tile[…] := 0; }
 *              for t < 64 {
 *                local sum_tile: f32[16, 16, 4, 4];
 *                … sum_tile: 64 times 64 cells of q[s, h, d] * k[t, h, d], as in `apply-block-tile.ts`
 *                … thread { local p_cell: f32 := exp(sum_tile[…]); p_tile[…] := p_cell; }
 *                for piece < 4 { … copies 16 rows of v …; … sum2_tile[…] += p_tile[…] * v_columns[…]; }
 *              }
 *              … thread { y[s, h, d] := sum2_tile[…]; }
 *            } } }
 *
 * `walk-product.ts` has sums of products, as here; `walk-row.ts` sums of a row's cells alone. Exact: each cell is
 * computed by the same operations from the same numbers, and each sum of a product keeps the order of its terms.
 */
import { loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { block, type For, forLoop, type Stmt } from '../../loop/ir.ts';
import type { MatrixSum } from './matrices.ts';
import { type MatrixGroup, neededBy } from './matrix-group.ts';
import { MatrixTile } from './matrix-tile.ts';
import { nested, type Side } from './tile-side.ts';
import { ProductSums } from './walk-product.ts';
import { RowSums } from './walk-row.ts';
import { columnsOfTile, type WalkTile } from './walk-tile.ts';

export interface Walk {
  readonly sum: MatrixSum;
  readonly group: MatrixGroup;
  /** The loop over rows; the sum is over the columns. */
  readonly own: For;
  readonly tile: WalkTile;
}

export function applyWalk({ sum, group, own, tile }: Walk, names: Names): Stmt {
  const { axes, terms, beside } = sum;
  const side = (loop: For, size: number): Side => {
    return { loop, tile: size, block: loopVar(names.fresh(loop.loop)) };
  };
  const sides = { rows: side(own, tile.rows), columns: side(terms, columnsOfTile) };
  const matrices = new MatrixTile(neededBy(sum, group), axes, sides, tile, names);
  const across = beside && side(beside, tile.beside);
  const sums = across
    ? new ProductSums(sum, matrices, { ...sides, across }, tile, names)
    : new RowSums(sum.sum, matrices, sides, names);
  const { rows, columns } = sides;
  const body = block([
    ...sums.start(),
    forLoop(
      columns.block,
      Math.ceil(terms.extent / columnsOfTile),
      block([...matrices.products(), ...sums.add()]),
    ),
    ...sums.end(),
  ]);
  const blocks = [rows, ...(across ? [across] : [])].map(({ loop, tile: size, block: of }) => {
    return { loop: of, extent: Math.ceil(loop.extent / size) };
  });
  const others = axes.filter(loop => loop !== own && loop !== terms);
  return nested([...others, ...sum.once, ...blocks], 'block', body);
}
