/**
 * Computes a tile of matrices that are not stored: the products are in registers of the block's threads, and what
 * is computed from them cell by cell is in scalars of the thread that has the cell.
 */
import { at, type Index, type LoopVar, loopVar } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { block, declare, type Expr, type For, read, type Stmt, write } from '../../loop/ir.ts';
import { rewriteExpr, substituteLoops } from '../../loop/traverse.ts';
import { type Contraction, readsOver } from './contraction.ts';
import { copiesOf } from './shared-copy.ts';
import type { Matrix } from './matrices.ts';
import { fillSharedCopy } from './fill-shared-copy.ts';
import { inArray, type Side, whenInside } from './tile-side.ts';
import { overTerms, type Terms } from './term-tiles.ts';
import { cellsOf } from './cells-of-share.ts';
import type { TileCell, TileCells } from './tile-cells.ts';
import { columnsOfTile, termsOf, type WalkTile } from './walk-tile.ts';
import { readsArrays } from './sum-in-array.ts';

export interface TileSides {
  readonly rows: Side;
  readonly columns: Side;
}

/** The indices of a cell in its matrix. */
export interface Place {
  readonly row: Index;
  readonly column: Index;
}

export class MatrixTile {
  readonly cells: TileCells;
  readonly #matrices: readonly Matrix[];
  readonly #axes: readonly For[];
  readonly #sides: TileSides;
  readonly #tile: WalkTile;
  readonly #names: Names;
  /** The sums of each product. */
  readonly #sums = new Map<Matrix, TensorNode>();

  /** `axes`: the loop of each axis of the matrices, batch loops included. */
  constructor(
    matrices: readonly Matrix[],
    axes: readonly For[],
    sides: TileSides,
    tile: WalkTile,
    names: Names,
  ) {
    this.cells = cellsOf({ ...tile, columns: columnsOfTile }, names);
    this.#matrices = matrices;
    this.#axes = axes;
    this.#sides = sides;
    this.#tile = tile;
    this.#names = names;
  }

  /** Computes all products of the tile. */
  products(): readonly Stmt[] {
    return this.#matrices.flatMap(matrix =>
      matrix.product ? this.#product(matrix, matrix.product) : [],
    );
  }

  /** For a cell inside the matrices: computes their values as scalars, then what `use` makes of them. */
  cell(
    { row, column, own }: TileCell,
    use: (valueOf: (e: Expr) => Expr, place: Place) => Stmt,
  ): Stmt {
    const place = this.place({ row, column });
    const scalars = new Map<TensorNode, TensorNode>();
    const made = this.#matrices.flatMap(matrix => {
      const { node, write: store, product } = matrix;
      const sums = this.#sums.get(matrix);
      const value = rewriteExpr(store.value, e => {
        if (e.kind !== 'read') return undefined;
        if (sums && e.node === product?.sum) return read(sums, own, e.origins);
        const scalar = scalars.get(e.node);
        return scalar && read(scalar, [], e.origins);
      });
      const scalar = tensorNode(this.#names.fresh(`${node.name}_cell`), node.dtype, []);
      scalars.set(node, scalar);
      const here = this.at(place, substituteLoops(value, this.#binding(matrix)));
      return [declare(scalar), write(scalar, [], here, store.origins)];
    });
    const valueOf = (value: Expr): Expr =>
      this.at(
        place,
        rewriteExpr(value, e => {
          const scalar = e.kind === 'read' ? scalars.get(e.node) : undefined;
          return scalar && read(scalar, [], e.origins);
        }),
      );
    return this.whenInside(place, block([...made, use(valueOf, place)]));
  }

  place({ row, column }: Pick<TileCell, 'row' | 'column'>): Place {
    const { rows, columns } = this.#sides;
    return { row: inArray(rows, row), column: inArray(columns, column) };
  }

  whenInside({ row, column }: Place, s: Stmt): Stmt {
    const { rows, columns } = this.#sides;
    return whenInside(rows, row, whenInside(columns, column, s));
  }

  at({ row, column }: Place, value: Expr): Expr {
    const { rows, columns } = this.#sides;
    const binding = [[rows.loop.loop, row] as const, [columns.loop.loop, column] as const];
    return substituteLoops(value, new Map(binding));
  }

  #product(matrix: Matrix, product: Contraction): readonly Stmt[] {
    const here = this.#contraction(matrix, product);
    const { sum, start, terms } = here;
    const sums = tensorNode(this.#names.fresh(`${sum.name}_tile`), sum.dtype, this.cells.dims);
    this.#sums.set(matrix, sums);
    const tile = termsOf(here, this.#tile);
    const copies = (count: number): ReturnType<typeof copiesOf> =>
      copiesOf(here, this.#sides, { count, layout: this.cells.layout }, this.#names);
    const common = tile.stages > 1 ? [] : copies(tile.terms);
    const some = (of: Terms): Stmt => {
      const own = tile.stages > 1 ? copies(of.count) : [];
      const all = [...common, ...own];
      return block([
        ...own.map(({ copy }) => declare(copy)),
        ...all.map(copied => fillSharedCopy(copied, of, this.#names)),
        this.cells.add({ sums, copies: all, terms: of, contraction: here }),
      ]);
    };
    return [
      declare(sums),
      ...common.map(({ copy }) => declare(copy)),
      this.cells.each(cell => {
        const place = this.place(cell);
        const started = write(sums, cell.own, this.at(place, start.value), start.origins);
        return readsArrays(start.value) ? this.whenInside(place, started) : started;
      }),
      overTerms(terms, tile, this.#names, some),
    ];
  }

  /** The product renamed to the loops of the sides, with fresh loops over its terms. */
  #contraction(matrix: Matrix, product: Contraction): Contraction {
    const { start, leaf } = product;
    const [rows, columns] = [this.#sides.rows.loop, this.#sides.columns.loop];
    const terms = product.terms.map(l => ({ ...l, loop: loopVar(this.#names.fresh(l.loop)) }));
    const own = product.terms.map((l, i) => [l.loop, at(terms[i]?.loop ?? l.loop)] as const);
    const binding = new Map([...this.#binding(matrix), ...own]);
    const value = substituteLoops(leaf.value, binding);
    return {
      ...product,
      rows,
      columns,
      others: [],
      start: { ...start, value: substituteLoops(start.value, binding) },
      terms,
      leaf: { ...leaf, value },
      rowReads: readsOver(rows, value),
      columnReads: readsOver(columns, value),
    };
  }

  #binding({ axes }: Matrix): ReadonlyMap<LoopVar, Index> {
    return new Map(axes.map((l, i) => [l.loop, at(this.#axes[i]?.loop ?? l.loop)] as const));
  }
}
