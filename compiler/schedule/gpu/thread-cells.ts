/**
 * A tile computed by single threads: each has some rows times some columns, in groups of four. The groups of all
 * threads are interleaved, so that the threads of a warp read contiguous shared memory.
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { tensorNode } from '../../core/tensor-node.ts';
import { accumulate, block, declare, forLoop, read, type Stmt, write } from '../../loop/ir.ts';
import { rewriteExpr, substituteLoops } from '../../loop/traverse.ts';
import { placeIn } from './shared-copy.ts';
import { nested } from './tile-side.ts';
import { whenInSum } from './term-tiles.ts';
import type { Added, TileCell, TileCells } from './tile-cells.ts';
import type { BlockTile, ThreadShare } from './tile-choice.ts';

/** Contiguous cells of a thread. */
const groupSize = 4;

/** Rows or columns. */
interface Along {
  readonly threads: number;
  /** Of one thread. */
  readonly each: number;
}

export class ThreadCells implements TileCells {
  readonly dims: readonly number[];
  readonly layout = 'term-major';
  readonly #rows: Along;
  readonly #columns: Along;
  readonly #names: Names;

  constructor({ rows, columns }: BlockTile, each: ThreadShare, names: Names) {
    this.#rows = { threads: rows / each.rows, each: each.rows };
    this.#columns = { threads: columns / each.columns, each: each.columns };
    this.#names = names;
    this.dims = [this.#rows.threads, this.#columns.threads, each.rows, each.columns];
  }

  each(statement: (cell: TileCell) => Stmt): Stmt {
    return this.#inThreads((row, column) =>
      this.#overGroups(this.#rows, (r, rowOf) =>
        this.#overGroups(this.#columns, (c, columnOf) =>
          statement({
            row: rowOf(row),
            column: columnOf(column),
            own: [at(row), at(column), r, c],
          }),
        ),
      ),
    );
  }

  add(added: Added): Stmt {
    return this.#inThreads((row, column) => this.#addTerms(added, row, column));
  }

  #inThreads(body: (row: LoopVar, column: LoopVar) => Stmt): Stmt {
    const row = loopVar(this.#names.fresh('row'));
    const column = loopVar(this.#names.fresh('column'));
    const loops = [
      { loop: row, extent: this.#rows.threads },
      { loop: column, extent: this.#columns.threads },
    ];
    return nested(loops, 'thread', body(row, column));
  }

  /** Loops over the cells that a thread has along one side: which of its own they are, and where in the tile. */
  #overGroups(
    { threads, each }: Along,
    body: (own: Index, inTile: (thread: LoopVar) => Index) => Stmt,
  ): Stmt {
    const groups = each / groupSize;
    const group = loopVar(this.#names.fresh('group'));
    const cell = loopVar(this.#names.fresh('cell'));
    const chosen = groups === 1 ? fixed(0) : at(group);
    const own = sumOf([
      [groupSize, chosen],
      [1, at(cell)],
    ]);
    const inTile = (thread: LoopVar): Index =>
      sumOf([
        [groupSize, at(thread)],
        [groupSize * threads, chosen],
        [1, at(cell)],
      ]);
    const cells = forLoop(cell, groupSize, body(own, inTile), 'unrolled');
    return groups === 1 ? cells : forLoop(group, groups, cells, 'unrolled');
  }

  #addTerms({ sums, copies, terms, contraction }: Added, row: LoopVar, column: LoopVar): Stmt {
    const { leaf } = contraction;
    const term = loopVar(this.#names.fresh(terms.loop));
    const own = copies.map(copied => {
      const { copy, reads, isOfRows } = copied;
      const along = isOfRows ? this.#rows : this.#columns;
      const node = tensorNode(this.#names.fresh(`${copy.name}_own`), copy.dtype, [along.each]);
      const load = this.#overGroups(along, (cell, inTile) => {
        const place = placeIn(copied, at(term), inTile(isOfRows ? row : column));
        return write(node, [cell], read(copy, place, leaf.origins), leaf.origins);
      });
      return { node, load, reads, isOfRows };
    });
    const add = this.#overGroups(this.#rows, r =>
      this.#overGroups(this.#columns, c => {
        const value = rewriteExpr(leaf.value, e => {
          const found = e.kind === 'read' && own.find(({ reads }) => reads.includes(e));
          return found ? read(found.node, [found.isOfRows ? r : c], e.origins) : undefined;
        });
        const here = substituteLoops(value, new Map([[terms.loop, plus(terms.first, at(term))]]));
        return accumulate(leaf.op, sums, [at(row), at(column), r, c], here, leaf.origins);
      }),
    );
    const all = own.flatMap(({ node, load }) => [declare(node), load]);
    const added = whenInSum(terms, at(term), block([...all, add]));
    return forLoop(term, terms.count, added, 'unrolled');
  }
}
