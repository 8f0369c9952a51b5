/**
 * Rewrites a product by its block tile.
 *
 *   before   for b < 512 { for o < 512 {
 *              local s: f32 := 0; for i < 784 { s += x[b, i] * w[i, o]; } y[b, o] := relu(s);
 *            } }
 *
 *   after    for b < 4 block { for o < 4 block {
 *              local s_tile: f32[16, 16, 8, 8]; local x_rows: f32[16, 132]; local w_columns: f32[16, 132];
 *              for row < 16 thread { for column < 16 thread { … s_tile[row, column, …] := 0; } }
 *              for i < 49 {
 *                … thread { x_rows[…] := x[…]; }   … thread { w_columns[…] := w[…]; }
 *                for row < 16 thread { for column < 16 thread {
 *                  for i2 < 16 { 8 times 8: s_tile[row, column, …] += x_rows[i2, …] * w_columns[i2, …]; }
 *                } }
 *              }
 *              for row < 16 thread { for column < 16 thread { … y[…] := relu(s_tile[row, column, …]); } }
 *            } }
 *
 * If copies run ahead, the loop over tiles of terms is `pipelined`, and the copies are declared in it. How threads
 * share the cells: `thread-cells.ts`, `matrix-cells.ts`. Exact, since each sum keeps the order of its terms; only
 * tensor cores round in their own way.
 */
import { at, type Index, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { block, declare, type For, type Stmt, write } from '../../loop/ir.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import type { Contraction } from './contraction.ts';
import { type SharedCopy, copiesOf, type Sides } from './shared-copy.ts';
import { fillSharedCopy } from './fill-shared-copy.ts';
import { readingAt, readsArrays } from './sum-in-array.ts';
import { inArray, nested, type Side, whenInside } from './tile-side.ts';
import { cellsOf } from './cells-of-share.ts';
import { overTerms, type Terms } from './term-tiles.ts';
import type { TileCells } from './tile-cells.ts';
import type { OrderedTile } from './tile-choice.ts';

export function applyBlockTile(contraction: Contraction, tile: OrderedTile, names: Names): Stmt {
  return new Tiling(contraction, tile, names).stmt();
}

class Tiling {
  readonly #contraction: Contraction;
  readonly #tile: OrderedTile;
  readonly #names: Names;
  readonly #sides: Sides;
  readonly #cells: TileCells;
  /** The sums of all threads, in registers. */
  readonly #sums: TensorNode;

  constructor(contraction: Contraction, tile: OrderedTile, names: Names) {
    const { rows, columns, sum } = contraction;
    this.#contraction = contraction;
    this.#tile = tile;
    this.#names = names;
    this.#sides = {
      rows: { loop: rows, tile: tile.rows, block: loopVar(names.fresh(rows.loop)) },
      columns: { loop: columns, tile: tile.columns, block: loopVar(names.fresh(columns.loop)) },
    };
    this.#cells = cellsOf(tile, names);
    this.#sums = tensorNode(names.fresh(`${sum.name}_tile`), sum.dtype, this.#cells.dims);
  }

  stmt(): Stmt {
    const { others, start, terms, sum, epilogue } = this.#contraction;
    const { stages, terms: count } = this.#tile;
    const common = stages > 1 ? [] : this.#copies(count);
    const body = block([
      declare(this.#sums),
      ...common.map(({ copy }) => declare(copy)),
      this.#each(readsArrays(start.value), cell =>
        write(this.#sums, cell, start.value, start.origins),
      ),
      overTerms(terms, this.#tile, this.#names, some =>
        stages > 1 ? this.#withOwnCopies(some) : block(this.#someTerms(some, common)),
      ),
      this.#each(true, cell => readingAt(block(epilogue), sum, this.#sums, cell)),
    ]);
    return this.#blocks(others, body);
  }

  /** The loops over tiles: row by row, or in strips (`tile-order.ts`). */
  #blocks(others: readonly For[], body: Stmt): Stmt {
    const [rows, columns] = [tilesOf(this.#sides.rows), tilesOf(this.#sides.columns)];
    const { strip: extent } = this.#tile;
    if (extent === 1) return nested([...others, rows, columns], 'block', body);
    if (extent === rows.extent) return nested([...others, columns, rows], 'block', body);
    const strip = loopVar(this.#names.fresh('strip'));
    const inStrip = loopVar(this.#names.fresh(rows.loop));
    const row = plus(at(strip, extent), at(inStrip));
    const loops = [
      { loop: strip, extent: rows.extent / extent },
      columns,
      { loop: inStrip, extent },
    ];
    const inStrips = substituteLoopsIn(body, new Map([[rows.loop, row]]));
    return nested([...others, ...loops], 'block', inStrips);
  }

  #copies(count: number): readonly SharedCopy[] {
    const { layout } = this.#cells;
    return copiesOf(this.#contraction, this.#sides, { count, layout }, this.#names);
  }

  #withOwnCopies(terms: Terms): Stmt {
    const copies = this.#copies(terms.count);
    return block([...copies.map(({ copy }) => declare(copy)), ...this.#someTerms(terms, copies)]);
  }

  /** Copies what some terms read, and adds the terms. */
  #someTerms(terms: Terms, copies: readonly SharedCopy[]): readonly Stmt[] {
    const [sums, contraction] = [this.#sums, this.#contraction];
    return [
      ...copies.map(copied => fillSharedCopy(copied, terms, this.#names)),
      this.#cells.add({ sums, copies, terms, contraction }),
    ];
  }

  /** A statement for each cell of the tile, written with the original loops of rows and columns. */
  #each(isInsideOnly: boolean, statement: (own: readonly Index[]) => Stmt): Stmt {
    const { rows, columns } = this.#sides;
    return this.#cells.each(cell => {
      const [r, c] = [inArray(rows, cell.row), inArray(columns, cell.column)];
      const binding = new Map([
        [rows.loop.loop, r],
        [columns.loop.loop, c],
      ]);
      const here = substituteLoopsIn(statement(cell.own), binding);
      return isInsideOnly ? whenInside(rows, r, whenInside(columns, c, here)) : here;
    });
  }
}

/** The loop over tiles. */
function tilesOf({ loop, tile, block }: Side): Pick<For, 'loop' | 'extent'> {
  return { loop: block, extent: Math.ceil(loop.extent / tile) };
}
