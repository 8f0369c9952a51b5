/**
 * Sums of products of a row's cells with another factor, of matrices that are not stored: what the terms have of rows goes
 * to shared memory, and each thread has some cells of the result.
 */
import { at, type Index, type LoopVar, loopVar, plus, sumOf } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { block, constant, declare, type Expr, type Stmt, when, write } from '../../loop/ir.ts';
import { pipelinedLoop } from '../../loop/pipelined.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { invariant } from '../../support/errors.ts';
import { cellsOf } from './cells-of-share.ts';
import { type Contraction, readsOver } from './contraction.ts';
import { fillSharedCopy } from './fill-shared-copy.ts';
import type { MatrixSum } from './matrices.ts';
import type { MatrixTile } from './matrix-tile.ts';
import { type RowFactor, rowFactorsOf } from './row-factors.ts';
import { paddingOf } from './shared-bytes.ts';
import { copiesOf, type SharedCopy } from './shared-copy.ts';
import { readingAt, readsArrays } from './sum-in-array.ts';
import type { Terms } from './term-tiles.ts';
import type { TileCell, TileCells } from './tile-cells.ts';
import { inArray, isUneven, type Side, whenInside } from './tile-side.ts';
import { columnsOfTile, type WalkTile } from './walk-tile.ts';

interface SharedFactor extends RowFactor {
  readonly tile: TensorNode;
}

interface ProductSides {
  readonly rows: Side;
  readonly columns: Side;
  readonly across: Side;
}

export class ProductSums {
  readonly #sum: MatrixSum;
  readonly #matrices: MatrixTile;
  readonly #sides: ProductSides;
  readonly #tile: WalkTile;
  readonly #names: Names;
  readonly #cells: TileCells;
  readonly #sums: TensorNode;
  /** The term, and the shared-memory tiles of its row factors. */
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

  /** Whether the row factors are laid out with terms contiguous. */
  get #isAlongTerms(): boolean {
    return this.#cells.layout === 'as stored';
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

  /** Writes the row factors of a cell to shared memory; zeros beyond the last row. */
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

  /** Adds some of the terms of a tile, from `first` on. */
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
    const { layout } = this.#cells;
    const copies = copiesOf(contraction, sides, { count, layout }, this.#names);
    const shared = this.#factors.map(({ tile, read: one }): SharedCopy => {
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
      ...copies.map(copied => fillSharedCopy(copied, terms, this.#names)),
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
