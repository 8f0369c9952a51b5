/**
 * Cells of a tile warp by warp: each has some rows times some columns, in pieces of 16 x 8 that tensor cores
 * compute. `loop/matrix-product.ts` says which cells of a piece a lane has.
 */
import { at, type Index, type LoopVar, loopVar, plus, sumOf } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { accumulate, forLoop, read, type Stmt } from '../loop/ir.ts';
import { factorKinds } from '../loop/matrix-factors.ts';
import { rewriteExpr } from '../loop/traverse.ts';
import { placeIn } from './copied.ts';
import { nested } from './side.ts';
import type { Added, TileCell, TileCells } from './tile-cells.ts';
import type { BlockTile, WarpShare } from './tile-choice.ts';

interface Loop {
  readonly loop: LoopVar;
  readonly extent: number;
}

export class WarpCells implements TileCells {
  readonly dims: readonly number[];
  readonly order = 'as it is';
  readonly #share: WarpShare;
  readonly #names: Names;

  constructor(tile: BlockTile, share: WarpShare, names: Names) {
    const warps = [tile.rows / share.rows, tile.columns / share.columns];
    this.dims = [...warps, 8, 4, share.rows / 16, share.columns / 8, 2, 2];
    this.#share = share;
    this.#names = names;
  }

  each(statement: (cell: TileCell) => Stmt): Stmt {
    const { threads, pieces, cell } = this.#loops();
    const [m, n, half, next] = pieces;
    const loops = [m, half, n, next].filter(l => l !== undefined);
    return nested(threads, 'thread', nested(loops, 'unrolled', statement(cell)));
  }

  add({ sums, copies, terms, contraction }: Added): Stmt {
    const { leaf } = contraction;
    const { threads, pieces, cell } = this.#loops();
    const count = factorKinds[this.#share.kind];
    const step = this.#loop(`${terms.loop}_step`, terms.count / count);
    const term = this.#loop(terms.loop, count);
    const which = plus(at(step.loop, count), at(term.loop));
    const value = rewriteExpr(leaf.value, e => {
      const copied = e.kind === 'read' && copies.find(({ reads }) => reads.includes(e));
      if (!copied) return undefined;
      const place = placeIn(copied, which, copied.isOfRows ? cell.row : cell.column);
      return read(copied.copy, place, e.origins);
    });
    const sum = accumulate(leaf.op, sums, cell.own, value, leaf.origins);
    const product = nested([...pieces, term], 'matrix', sum);
    return nested(threads, 'thread', forLoop(step.loop, step.extent, product, 'unrolled'));
  }

  /** The threads of a block, and what each has: pieces, and of each of these two rows of two columns. */
  #loops(): {
    readonly threads: readonly Loop[];
    readonly pieces: readonly Loop[];
    readonly cell: TileCell;
  } {
    const hints = ['warp_row', 'warp_column', 'row', 'column', 'm', 'n', 'half', 'next'];
    const loops = hints.map((hint, axis) => this.#loop(hint, this.dims[axis] ?? 1));
    const own = loops.map(({ loop }) => at(loop));
    const { rows, columns } = this.#share;
    const row = weighted(own, [rows, 0, 1, 0, 16, 0, 8, 0]);
    const column = weighted(own, [0, columns, 0, 2, 0, 8, 0, 1]);
    return { threads: loops.slice(0, 4), pieces: loops.slice(4), cell: { row, column, own } };
  }

  #loop(hint: string, extent: number): Loop {
    return { loop: loopVar(this.#names.fresh(hint)), extent };
  }
}

function weighted(parts: readonly Index[], weights: readonly number[]): Index {
  return sumOf(parts.map((part, i) => [weights[i] ?? 0, part] as const));
}
