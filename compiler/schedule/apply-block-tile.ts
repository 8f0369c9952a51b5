/**
 * A product rewritten by a tile for blocks of a GPU.
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
 * Exact: each sum has its terms in the order it had. A thread has its rows and columns in groups of four,
 * as far apart as the groups of all threads are wide: then those that run in step read shared memory side by side.
 */
import { at, fixed, type Index, type LoopVar, loopVar, plus, sumOf } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  accumulate,
  block,
  declare,
  type Expr,
  type For,
  forLoop,
  read,
  type Stmt,
  when,
  write,
} from '../loop/ir.ts';
import {
  rewriteExpr,
  rewriteStmts,
  substituteLoops,
  substituteLoopsIn,
  visitExpr,
} from '../loop/traverse.ts';
import { type BlockTile, isUneven, nested, type Side, threadsOf } from './block-tile.ts';
import type { Contraction } from './contraction.ts';
import { type Copied, copiesOf, copyOf } from './shared-copy.ts';

export function applyBlockTile(contraction: Contraction, tile: BlockTile, names: Names): Stmt {
  return new Tiling(contraction, tile, names).stmt();
}

class Tiling {
  readonly #contraction: Contraction;
  readonly #names: Names;
  readonly #rows: Side;
  readonly #columns: Side;
  readonly #terms: number;
  /** Of each thread. */
  readonly #sums: TensorNode;
  readonly #copies: readonly Copied[];

  constructor(contraction: Contraction, tile: BlockTile, names: Names) {
    const { rows, columns, sum } = contraction;
    this.#contraction = contraction;
    this.#names = names;
    const side = (loop: For, size: number, each: number): Side => {
      return { loop, tile: size, each, block: loopVar(names.fresh(loop.loop)) };
    };
    this.#rows = side(rows, tile.rows, tile.rowsEach);
    this.#columns = side(columns, tile.columns, tile.columnsEach);
    this.#terms = tile.terms;
    const dims = [this.#rows, this.#columns].map(threadsOf);
    const name = names.fresh(`${sum.name}_tile`);
    this.#sums = tensorNode(name, sum.dtype, [...dims, tile.rowsEach, tile.columnsEach]);
    this.#copies = copiesOf(contraction, this.#rows, this.#columns, tile.terms, names);
  }

  stmt(): Stmt {
    const { others, start, terms, epilogue } = this.#contraction;
    const body = block([
      declare(this.#sums),
      ...this.#copies.map(({ copy }) => declare(copy)),
      this.#each(readsArrays(start.value), cell =>
        write(this.#sums, cell, start.value, start.origins),
      ),
      this.#overTerms(terms),
      this.#each(true, cell => this.#fromSums(block(epilogue), cell)),
    ]);
    const sides = [this.#rows, this.#columns].map(({ loop, tile, block: own }) => {
      return { loop: own, extent: Math.ceil(loop.extent / tile) };
    });
    return nested([...others, ...sides], 'block', body);
  }

  /** For each cell of the tile; statements name `rows` and `columns` as they did. */
  #each(isInsideOnly: boolean, statement: (cell: readonly Index[]) => Stmt): Stmt {
    return this.#inThreads((row, column) =>
      this.#overCells(this.#rows, row, (r, ownRow) =>
        this.#overCells(this.#columns, column, (c, ownColumn) => {
          const binding = new Map([
            [this.#rows.loop.loop, r],
            [this.#columns.loop.loop, c],
          ]);
          const s = statement([at(row), at(column), ownRow, ownColumn]);
          const here = substituteLoopsIn(s, binding);
          return isInsideOnly ? this.#whenInside(here, r, c) : here;
        }),
      ),
    );
  }

  /** Cells beyond the last row or column are computed, but not stored. */
  #whenInside(s: Stmt, row: Index, column: Index): Stmt {
    const inColumns = isUneven(this.#columns) ? when(column, this.#columns.loop.extent, s) : s;
    return isUneven(this.#rows) ? when(row, this.#rows.loop.extent, inColumns) : inColumns;
  }

  #inThreads(body: (row: LoopVar, column: LoopVar) => Stmt): Stmt {
    const [row, column] = ['row', 'column'].map(name => loopVar(this.#names.fresh(name)));
    if (!row || !column) return block([]);
    const loops = [
      { loop: row, extent: threadsOf(this.#rows) },
      { loop: column, extent: threadsOf(this.#columns) },
    ];
    return nested(loops, 'thread', body(row, column));
  }

  /** The cells along one side that a thread has: which they are of all, and which of its own. */
  #overCells(side: Side, thread: LoopVar, body: (cell: Index, own: Index) => Stmt): Stmt {
    return this.#overGroups(side, (own, inTile) =>
      body(
        sumOf([
          [side.tile, at(side.block)],
          [1, inTile(thread)],
        ]),
        own,
      ),
    );
  }

  /** `inTile`: where in the tile the cell of a thread is. */
  #overGroups(side: Side, body: (own: Index, inTile: (thread: LoopVar) => Index) => Stmt): Stmt {
    const groups = side.each / groupSize;
    const [group, cell] = ['group', 'cell'].map(name => loopVar(this.#names.fresh(name)));
    if (!group || !cell) return block([]);
    const chosen = groups === 1 ? fixed(0) : at(group);
    const own = sumOf([
      [groupSize, chosen],
      [1, at(cell)],
    ]);
    const inTile = (thread: LoopVar): Index =>
      sumOf([
        [groupSize, at(thread)],
        [groupSize * threadsOf(side), chosen],
        [1, at(cell)],
      ]);
    const cells = forLoop(cell, groupSize, body(own, inTile), 'unrolled');
    return groups === 1 ? cells : forLoop(group, groups, cells, 'unrolled');
  }

  #overTerms(terms: readonly For[]): Stmt {
    const innermost = terms.at(-1);
    if (!innermost) return block([]);
    const tiles = Math.floor(innermost.extent / this.#terms);
    const rest = innermost.extent % this.#terms;
    const tile = loopVar(this.#names.fresh(innermost.loop));
    const whole = block(this.#someTerms(innermost, at(tile, this.#terms), this.#terms));
    const all = [
      tiles === 1
        ? block(this.#someTerms(innermost, fixed(0), this.#terms))
        : forLoop(tile, tiles, whole),
      ...(rest > 0 ? this.#someTerms(innermost, fixed(tiles * this.#terms), rest) : []),
    ];
    return nested(terms.slice(0, -1), 'serial', block(all));
  }

  /** Copies what so many terms read, from `first` on, and adds them. */
  #someTerms(innermost: For, first: Index, count: number): readonly Stmt[] {
    const term = { loop: innermost.loop, first, count };
    return [
      ...this.#copies.map(copied => copyOf(copied, term, this.#names)),
      this.#inThreads((row, column) => this.#addTerms(innermost, first, count, row, column)),
    ];
  }

  #addTerms(innermost: For, first: Index, count: number, row: LoopVar, column: LoopVar): Stmt {
    const { leaf, rowReads } = this.#contraction;
    const term = loopVar(this.#names.fresh(innermost.loop));
    const own = this.#copies.map(({ copy, side, reads }) => {
      const isOfRows = rowReads.some(r => reads.includes(r));
      const name = this.#names.fresh(`${copy.name}_own`);
      const node = tensorNode(name, copy.dtype, [side.each]);
      const thread = isOfRows ? row : column;
      const load = this.#overGroups(side, (cell, inTile) =>
        write(node, [cell], read(copy, [at(term), inTile(thread)], leaf.origins), leaf.origins),
      );
      return { node, load, reads, isOfRows };
    });
    const add = this.#overGroups(this.#rows, r =>
      this.#overGroups(this.#columns, c => {
        const value = rewriteExpr(leaf.value, e => {
          const found = e.kind === 'read' && own.find(({ reads }) => reads.includes(e));
          return found ? read(found.node, [found.isOfRows ? r : c], e.origins) : undefined;
        });
        const here = substituteLoops(value, new Map([[innermost.loop, plus(first, at(term))]]));
        return accumulate(leaf.op, this.#sums, [at(row), at(column), r, c], here, leaf.origins);
      }),
    );
    const all = own.flatMap(({ node, load }) => [declare(node), load]);
    return forLoop(term, count, block([...all, add]), 'unrolled');
  }

  #fromSums(s: Stmt, cell: readonly Index[]): Stmt {
    const { sum } = this.#contraction;
    return rewriteStmts(s, part => {
      if (part.kind !== 'write' && part.kind !== 'accumulate') return undefined;
      const value = rewriteExpr(part.value, e =>
        e.kind === 'read' && e.node === sum ? read(this.#sums, cell, e.origins) : undefined,
      );
      return part.kind === 'write'
        ? write(part.node, part.index, value, part.origins)
        : accumulate(part.op, part.node, part.index, value, part.origins);
    });
  }
}

/** What a thread has side by side. */
const groupSize = 4;

function readsArrays(value: Expr): boolean {
  let reads = false;
  visitExpr(value, e => (reads ||= e.kind === 'read'));
  return reads;
}
