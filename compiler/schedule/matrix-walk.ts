/**
 * Sums over matrices that are not stored: a block of threads has some rows, and walks over the columns. It makes
 * a tile of the matrices, adds it up, and goes on to the next. Attention then needs no matrix of scores.
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
 * Sums over the matrix alone, of a row's cells, are in `walk-row.ts`. Each cell is made by the same operations from the
 * same numbers, and each sum of a product gets its terms in the order it did: exact.
 */
import { at, type Index, type LoopVar, loopVar, plus, sumOf } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  block,
  constant,
  declare,
  type Expr,
  type For,
  forLoop,
  type Stmt,
  when,
  write,
} from '../loop/ir.ts';
import { pipelinedLoop } from '../loop/pipelined.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { invariant } from '../support/errors.ts';
import { type Contraction, readsOver } from './contraction.ts';
import { type Copied, copiesOf } from './copied.ts';
import { type MatrixGroup, neededBy } from './matrix-group.ts';
import type { MatrixSum } from './matrices.ts';
import { MatrixTile } from './matrix-tile.ts';
import { readingAt, readsArrays } from './own-sums.ts';
import { type RowFactor, rowFactorsOf } from './row-factors.ts';
import { paddingOf } from './shared-bytes.ts';
import { copyOf } from './shared-copy.ts';
import { inArray, isUneven, nested, type Side, whenInside } from './side.ts';
import type { Terms } from './terms.ts';
import { cellsOf } from './shares.ts';
import type { TileCell, TileCells } from './tile-cells.ts';
import { columnsOfTile, type WalkTile } from './walk-tile.ts';
import { RowSums } from './walk-row.ts';

export interface Walk {
  readonly sum: MatrixSum;
  readonly group: MatrixGroup;
  /** The loop over rows; that over columns has the terms. */
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

interface SharedFactor extends RowFactor {
  readonly tile: TensorNode;
}

interface ProductSides {
  readonly rows: Side;
  readonly columns: Side;
  readonly across: Side;
}

/** Sums of products of a row's cells with something else: a thread has some of the cells of the result. */
class ProductSums {
  readonly #sum: MatrixSum;
  readonly #matrices: MatrixTile;
  readonly #sides: ProductSides;
  readonly #tile: WalkTile;
  readonly #names: Names;
  readonly #cells: TileCells;
  readonly #sums: TensorNode;
  /** What one is multiplied with, and where all threads see what terms have of rows. */
  readonly #term: Expr;
  readonly #factors: readonly SharedFactor[];

  constructor(
    sum: MatrixSum,
    matrices: MatrixTile,
    sides: ProductSides,
    tile: WalkTile,
    names: Names,
  ) {
    const { sum: scalar, leaf } = sum.sum;
    this.#sum = sum;
    this.#matrices = matrices;
    this.#sides = sides;
    this.#tile = tile;
    this.#names = names;
    const { rows, beside: columns, shareBeside: share } = tile;
    this.#cells = cellsOf({ ...tile, rows, columns, share }, names);
    this.#sums = tensorNode(names.fresh(`${scalar.name}_tile`), scalar.dtype, this.#cells.dims);
    const [own, across] = [sides.rows.loop.loop, sides.across.loop.loop];
    const factored = rowFactorsOf(leaf.value, own, across);
    invariant(factored, () => `${scalar.name} is no product`);
    this.#term = factored.term;
    this.#factors = factored.factors.map(factor => {
      const { value } = factor;
      const padding = paddingOf(value.dtype);
      const dims = this.#isAlongTerms
        ? [rows, columnsOfTile + padding]
        : [columnsOfTile, rows + padding];
      const name = value.kind === 'read' ? value.node.name : `${scalar.name}_factor`;
      return { ...factor, tile: tensorNode(names.fresh(`${name}_tile`), value.dtype, dims) };
    });
  }

  /** How what terms have of rows lies in shared memory. */
  get #isAlongTerms(): boolean {
    return this.#cells.order === 'as it is';
  }

  start(): readonly Stmt[] {
    const { start } = this.#sum.sum;
    return [
      declare(this.#sums),
      ...this.#factors.map(({ tile }) => declare(tile)),
      this.#each(readsArrays(start.value), cell =>
        write(this.#sums, cell, start.value, start.origins),
      ),
    ];
  }

  add(): readonly Stmt[] {
    const { terms, stages } = this.#tile;
    const piece = loopVar(this.#names.fresh('piece'));
    const added = this.#addPiece(at(piece, terms));
    const pieces = pipelinedLoop(piece, columnsOfTile / terms, added, stages);
    return [this.#matrices.cells.each(cell => this.#share(cell)), pieces];
  }

  end(): readonly Stmt[] {
    const { epilogue, sum } = this.#sum.sum;
    return [this.#each(true, cell => readingAt(block(epilogue), sum, this.#sums, cell))];
  }

  /** Puts what a cell has to do with terms where all threads see it; where there is no row, zeros. */
  #share(cell: TileCell): Stmt {
    const { rows } = this.#sides;
    const index = this.#isAlongTerms ? [cell.row, cell.column] : [cell.column, cell.row];
    const values = this.#matrices.cell(cell, valueOf =>
      block(this.#factors.map(({ tile, value }) => write(tile, index, valueOf(value)))),
    );
    if (!isUneven(rows)) return values;
    const zeros = this.#factors.map(({ tile }) => write(tile, index, constant(tile.dtype, 0)));
    const outside = sumOf([[-1, inArray(rows, cell.row)]]);
    return block([values, when(outside, 1 - rows.loop.extent, block(zeros))]);
  }

  /** Some of the terms of a tile, from `first` on. */
  #addPiece(first: Index): Stmt {
    const { rows, columns, across } = this.#sides;
    const { sum, terms: loop } = this.#sum;
    const count = this.#tile.terms;
    const terms: Terms = {
      loop: loop.loop,
      first: plus(at(columns.block, columnsOfTile), first),
      count,
      below: isUneven(columns) ? loop.extent : undefined,
    };
    const contraction: Contraction = {
      ...{ ...sum, rows: rows.loop, columns: across.loop, others: [] },
      leaf: { ...sum.leaf, value: this.#term },
      rowReads: [],
      columnReads: readsOver(across.loop, this.#term),
    };
    const sides = { rows, columns: across };
    const { order } = this.#cells;
    const copies = copiesOf(contraction, sides, { count, order }, this.#names);
    const shared = this.#factors.map(({ tile, read: one }): Copied => {
      return {
        copy: tile,
        side: rows,
        isOfRows: true,
        isAlongTerms: this.#isAlongTerms,
        from: first,
        reads: [one],
      };
    });
    return block([
      ...copies.map(({ copy }) => declare(copy)),
      ...copies.map(copied => copyOf(copied, terms, this.#names)),
      this.#cells.add({ sums: this.#sums, copies: [...copies, ...shared], terms, contraction }),
    ]);
  }

  #each(isInsideOnly: boolean, statement: (own: readonly Index[]) => Stmt): Stmt {
    const { rows, across } = this.#sides;
    return this.#cells.each(cell => {
      const [r, c] = [inArray(rows, cell.row), inArray(across, cell.column)];
      const binding = [[rows.loop.loop, r] as const, [across.loop.loop, c] as const];
      const here = substituteLoopsIn(statement(cell.own), new Map<LoopVar, Index>(binding));
      return isInsideOnly ? whenInside(rows, r, whenInside(across, c, here)) : here;
    });
  }
}
