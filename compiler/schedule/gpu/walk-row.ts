/**
 * Sums of a row's cells, of matrices that are not stored: each thread sums the cells that it computes, and a tree adds
 * up the partial sums. They are the same as in the vectors of a CPU (`../partial-sums.ts`), and so are the bits.
 */
import { at, fixed, type Index, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { neutralOf } from '../../core/op.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  accumulate,
  block,
  constant,
  declare,
  type Expr,
  forLoop,
  read,
  type Stmt,
  statementsOf,
  when,
  write,
} from '../../loop/ir.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import type { SumParts } from './contraction.ts';
import type { MatrixTile, Place, TileSides } from './matrix-tile.ts';
import { inArray, nested, whenInside } from './tile-side.ts';
import { type Shares, sharesOf, sumTree } from '../sum-tree.ts';
import { columnsOfTile } from './walk-tile.ts';

export class RowSums {
  readonly #sum: SumParts;
  readonly #matrices: MatrixTile;
  readonly #sides: TileSides;
  readonly #names: Names;
  readonly #shares: Shares;
  /** Per thread: the partial sum of its cells, and the last term. */
  readonly #own: TensorNode;
  readonly #last: TensorNode;
  /** The partial sums of all threads, shared. */
  readonly #parts: TensorNode;

  constructor(sum: SumParts, matrices: MatrixTile, sides: TileSides, names: Names) {
    const { name, dtype } = sum.sum;
    const { dims } = matrices.cells;
    this.#sum = sum;
    this.#matrices = matrices;
    this.#sides = sides;
    this.#names = names;
    this.#shares = sharesOf(sides.columns.loop.extent, columnsOfTile);
    this.#own = tensorNode(names.fresh(`${name}_tile`), dtype, dims);
    this.#last = tensorNode(names.fresh(`${name}_last`), dtype, dims);
    this.#parts = tensorNode(names.fresh(`${name}_parts`), dtype, [columnsOfTile, sides.rows.tile]);
  }

  start(): readonly Stmt[] {
    const { leaf } = this.#sum;
    const nothing = constant(this.#own.dtype, neutralOf(leaf.op, this.#own.dtype), leaf.origins);
    const own = [this.#own, ...(this.#shares.rest > 0 ? [this.#last] : [])];
    return [
      ...[...own, this.#parts].map(node => declare(node)),
      this.#matrices.cells.each(cell => write(this.#own, cell.own, nothing, leaf.origins)),
    ];
  }

  add(): readonly Stmt[] {
    const { leaf } = this.#sum;
    return [
      this.#matrices.cells.each(cell =>
        this.#matrices.cell(cell, (valueOf, place) =>
          this.#addTerm(valueOf(leaf.value), cell.own, place),
        ),
      ),
    ];
  }

  end(): readonly Stmt[] {
    const { rest } = this.#shares;
    const inParts = this.#matrices.cells.each(({ row, column, own }) =>
      write(this.#parts, [column, row], read(this.#own, own)),
    );
    const tree = sumTree(this.#parts, this.#sum.leaf, (count, body) => {
      const [part, row] = ['part', 'row'].map(name => loopVar(this.#names.fresh(name)));
      if (!part || !row) return block([]);
      const loops = [
        { loop: part, extent: count },
        { loop: row, extent: this.#sides.rows.tile },
      ];
      return nested(loops, 'thread', body(at(part), [at(row)]));
    });
    return [inParts, ...tree, ...(rest > 0 ? [this.#keepRest()] : []), this.#total()];
  }

  /** Those that no part takes go to the sum itself, behind all others. */
  #addTerm(value: Expr, own: readonly Index[], { column }: Place): Stmt {
    const { leaf } = this.#sum;
    const { turns, beside, rest } = this.#shares;
    if (rest === 0) return accumulate(leaf.op, this.#own, own, value, leaf.origins);
    const add = accumulate(leaf.op, this.#own, own, read(this.#last, own), leaf.origins);
    return block([
      write(this.#last, own, value, leaf.origins),
      when(column, turns * columnsOfTile + beside, add),
    ]);
  }

  /** The terms of the last tile, where the tree has left room. */
  #keepRest(): Stmt {
    const { rows } = this.#sides;
    const { beside, rest } = this.#shares;
    return this.#matrices.cells.each(({ row, column, own }) => {
      const kept = write(this.#parts, [plus(column, fixed(1)), row], read(this.#last, own));
      return whenInside(rows, inArray(rows, row), when(column, beside + rest, kept));
    });
  }

  #total(): Stmt {
    const { rows } = this.#sides;
    const { sum, start, leaf, epilogue } = this.#sum;
    const { beside, rest } = this.#shares;
    const [row, term] = ['row', 'term'].map(name => loopVar(this.#names.fresh(name)));
    if (!row || !term) return block([]);
    const add = (part: Index): Stmt =>
      accumulate(leaf.op, sum, [], read(this.#parts, [part, at(row)]), leaf.origins);
    const total = block([
      declare(sum),
      start,
      ...(rest > 0 ? [forLoop(term, rest, add(at(term, 1, beside + 1)))] : []),
      add(fixed(0)),
      ...epilogue.flatMap(statementsOf),
    ]);
    const index = inArray(rows, at(row));
    const here = substituteLoopsIn(total, new Map([[rows.loop.loop, index]]));
    return nested([{ loop: row, extent: rows.tile }], 'thread', whenInside(rows, index, here));
  }
}
