/**
 * A nest rewritten by a tile: columns outermost, then the copies of what they read, then the other
 * loops and the rows, around one jam. What does not divide evenly is done by smaller tiles of its
 * own, so that no tile asks where it ends.
 */
import { at, fixed, type Index, type LoopVar, loopVar } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import {
  block,
  declare,
  type For,
  forLoop,
  forLoops,
  type Stmt,
  statementsOf,
} from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { jam } from './jam.ts';
import { mayRunTwice, type Nest } from './nest.ts';
import { fromPanel, panelFor } from './panel.ts';
import { type Piece, piecesOfColumns, piecesOfRows } from './pieces.ts';
import type { Tile } from './tile.ts';

export function applyTile(nest: Nest, tile: Tile, names: Names): Stmt {
  return new Tiling(nest, tile, names).stmt();
}

type Binding = ReadonlyMap<LoopVar, Index>;

class Tiling {
  readonly #nest: Nest;
  readonly #tile: Tile;
  readonly #names: Names;
  /** The loops that say what is copied. */
  readonly #around: readonly For[];
  readonly #others: readonly For[];

  constructor(nest: Nest, tile: Tile, names: Names) {
    this.#nest = nest;
    this.#tile = tile;
    this.#names = names;
    const { rows, columns, packed } = tile;
    const free = nest.loops.filter(l => l !== rows && l !== columns);
    const says = ({ loop }: For): boolean =>
      packed.some(({ node, index }) => strideOf(node, index, loop) !== 0);
    this.#around = free.filter(says);
    this.#others = free.filter(l => !says(l));
  }

  stmt(): Stmt {
    return this.#over(this.#around, new Map(), outer => {
      const { columns, vectors, lanes } = this.#tile;
      const isFree = mayRunTwice(this.#nest.body);
      const pieces = piecesOfColumns(columns.extent, vectors, lanes, isFree);
      return block(pieces.map(piece => this.#columns(piece, outer)));
    });
  }

  #columns(piece: Piece, outer: Binding): Stmt {
    const { columns, packed } = this.#tile;
    return this.#tiles(columns, piece, start => {
      const here = new Map(outer).set(columns.loop, start);
      const panels = packed.map(p => panelFor(p, columns, piece.count, here, this.#names));
      const body = panels.reduce(fromPanel, block(this.#nest.body));
      const copies = panels.flatMap(({ panel, copy }) => [declare(panel), copy]);
      const tiles = this.#over(this.#others, outer, binding =>
        this.#rows(statementsOf(body), piece, start, binding),
      );
      return block([...copies, tiles]);
    });
  }

  #rows(body: readonly Stmt[], piece: Piece, start: Index, binding: Binding): Stmt {
    const { rows, columns, rowCount } = this.#tile;
    const turns = { loop: columns.loop, start, count: piece.count };
    const plan = { columns: turns, lanes: piece.lanes, binding };
    if (!rows) return jam(body, { ...plan, rows: undefined }, this.#names);
    const pieces = piecesOfRows(rows.extent, rowCount);
    return block(
      pieces.map(part =>
        this.#tiles(rows, part, first => {
          const inRows = { loop: rows.loop, start: first, count: part.count };
          return jam(body, { ...plan, rows: inRows }, this.#names);
        }),
      ),
    );
  }

  /** Fresh loops in place of some of the nest's. */
  #over(loops: readonly For[], outer: Binding, body: (binding: Binding) => Stmt): Stmt {
    const fresh = loops.map(l => ({ ...l, loop: loopVar(this.#names.fresh(l.loop)) }));
    const here = loops.map((l, i) => [l.loop, at(fresh[i]?.loop ?? l.loop)] as const);
    return forLoops(fresh, body(new Map([...outer, ...here])));
  }

  /** A loop over the tiles of a piece; `body` is told where a tile starts. */
  #tiles({ loop }: For, { start, tiles, count }: Piece, body: (start: Index) => Stmt): Stmt {
    if (tiles === 1) return body(fixed(start));
    const fresh = loopVar(this.#names.fresh(loop));
    return forLoop(fresh, tiles, body(at(fresh, count, start)));
  }
}
