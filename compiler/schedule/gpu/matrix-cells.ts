/**
 * A tile computed on tensor cores: each warp, or warpgroup, has some rows times some columns, in pieces of 16 x 8 or
 * of 64 x 8. `loop/matrix-product.ts` and `loop/group-product.ts` say which cells of a piece a lane has.
 */
import { at, type Index, type LoopVar, loopVar, plus, sumOf } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { accumulate, forLoop, read, type Stmt } from '../../loop/ir.ts';
import { factorKinds } from '../../loop/matrix-factors.ts';
import { rewriteExpr } from '../../loop/traverse.ts';
import { type CopyLayout, placeIn } from './shared-copy.ts';
import { nested } from './tile-side.ts';
import type { Added, TileCell, TileCells } from './tile-cells.ts';
import type { BlockTile, GroupShare, WarpShare } from './tile-choice.ts';

interface Loop {
  readonly loop: LoopVar;
  readonly extent: number;
}

/** One loop over threads, or over the cells of each: how many rows and columns one turn advances. */
interface Axis {
  readonly hint: string;
  readonly extent: number;
  readonly rows?: number;
  readonly columns?: number;
}

interface Pieces {
  readonly layout: CopyLayout;
  readonly threads: readonly Axis[];
  /** In the order of a lane's registers. */
  readonly own: readonly Axis[];
}

const ofWarp = {
  lanes: [
    { hint: 'row', extent: 8, rows: 1 },
    { hint: 'column', extent: 4, columns: 2 },
  ],
  cells: [
    { hint: 'half', extent: 2, rows: 8 },
    { hint: 'next', extent: 2, columns: 1 },
  ],
};

function piecesOf(tile: BlockTile, { of, rows, columns }: WarpShare | GroupShare): Pieces {
  const shares = [
    { hint: `${of}_row`, extent: tile.rows / rows, rows },
    { hint: `${of}_column`, extent: tile.columns / columns, columns },
  ];
  if (of === 'warp') {
    const pieces = [
      { hint: 'm', extent: rows / 16, rows: 16 },
      { hint: 'n', extent: columns / 8, columns: 8 },
    ];
    const threads = [...shares, ...ofWarp.lanes];
    return { layout: 'as stored', threads, own: [...pieces, ...ofWarp.cells] };
  }
  const pieces = [
    { hint: 'm', extent: rows / 64, rows: 64 },
    { hint: 'n', extent: columns / 64, columns: 64 },
    { hint: 'piece', extent: 8, columns: 8 },
  ];
  const threads = [...shares, { hint: 'warp', extent: 4, rows: 16 }, ...ofWarp.lanes];
  return { layout: 'swizzled rows', threads, own: [...pieces, ...ofWarp.cells] };
}

export class MatrixCells implements TileCells {
  readonly dims: readonly number[];
  readonly layout: CopyLayout;
  readonly #share: WarpShare | GroupShare;
  readonly #pieces: Pieces;
  readonly #names: Names;

  constructor(tile: BlockTile, share: WarpShare | GroupShare, names: Names) {
    this.#pieces = piecesOf(tile, share);
    this.layout = this.#pieces.layout;
    this.dims = this.#axes.map(({ extent }) => extent);
    this.#share = share;
    this.#names = names;
  }

  /** Row by row, so that consecutive stores are contiguous. */
  each(statement: (cell: TileCell) => Stmt): Stmt {
    const { threads, own, cell } = this.#loops();
    const ofRows = own.filter((_, i) => this.#pieces.own[i]?.rows !== undefined);
    const loops = [...ofRows, ...own.filter(l => !ofRows.includes(l))];
    return nested(threads, 'thread', nested(loops, 'unrolled', statement(cell)));
  }

  add({ sums, copies, terms, contraction }: Added): Stmt {
    const { leaf } = contraction;
    const { threads, own, cell } = this.#loops();
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
    const product = nested([...own, term], 'matrix', sum);
    return nested(threads, 'thread', forLoop(step.loop, step.extent, product, 'unrolled'));
  }

  get #axes(): readonly Axis[] {
    return [...this.#pieces.threads, ...this.#pieces.own];
  }

  /** The loops over the threads of a block, and over the cells of each. */
  #loops(): {
    readonly threads: readonly Loop[];
    readonly own: readonly Loop[];
    readonly cell: TileCell;
  } {
    const axes = this.#axes;
    const loops = axes.map(({ hint, extent }) => this.#loop(hint, extent));
    const own = loops.map(({ loop }) => at(loop));
    const along = (side: 'rows' | 'columns'): Index =>
      sumOf(own.map((index, i) => [axes[i]?.[side] ?? 0, index] as const));
    const count = this.#pieces.threads.length;
    const cell = { row: along('rows'), column: along('columns'), own };
    return { threads: loops.slice(0, count), own: loops.slice(count), cell };
  }

  #loop(hint: string, extent: number): Loop {
    return { loop: loopVar(this.#names.fresh(hint)), extent };
  }
}
