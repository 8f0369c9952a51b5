/**
 * Rewrites a nest by its tile: columns outermost, then the panels that they read, then the other loops and the rows,
 * around one jam. Remainders are smaller tiles of their own, so that no tile checks where it ends. With blocks, the
 * outermost columns are those of several tiles, which each row meets one after the other, and parts of sums are outside
 * the panels.
 */
import { at, fixed, type Index, type LoopVar, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import {
  block,
  declare,
  type For,
  forLoop,
  forLoops,
  type Stmt,
  statementsOf,
} from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { apartAtEdges } from './conditions.ts';
import { jam } from './jam.ts';
import type { Nest } from '../nest.ts';
import { copyInto, fromPanel, panelFor } from './panel.ts';
import { type Piece, piecesOfBlocks, piecesOfColumns, piecesOfRows } from './pieces.ts';
import { inSquares } from './squares.ts';
import { type Part, partsOf, wholeOf } from './sum-parts.ts';
import type { Tile } from './tile.ts';
import type { Turns } from './tile-stores.ts';

export function applyTile(nest: Nest, tile: Tile, names: Names): Stmt {
  return new Tiling(nest, tile, names).stmt();
}

type Binding = ReadonlyMap<LoopVar, Index>;

/** Tiles of columns one after the other, and the arrays that hold what is copied for them. */
interface Strip extends Piece {
  readonly panels: readonly TensorNode[];
}

/** A range of the rows. */
interface SomeRows {
  readonly rows: For;
  readonly first: Index;
  readonly count: number;
}

/** Smaller squares are no faster than their cells one by one. */
const leastSide = 4;

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
    const { rows, columns, taps, packed } = tile;
    const free = nest.loops.filter(l => l !== rows && l !== columns && l !== taps?.loop);
    const says = ({ loop }: For): boolean =>
      packed.some(({ node, index }) => strideOf(node, index, loop) !== 0);
    this.#around = free.filter(says);
    this.#others = free.filter(l => !says(l));
  }

  stmt(): Stmt {
    return this.#over(this.#around, new Map(), outer => {
      const { columns, blocks } = this.#tile;
      const pieces = blocks
        ? piecesOfBlocks(columns.extent, blocks.columns)
        : this.#piecesOf(columns.extent);
      return block(
        pieces.map(piece => this.#tiles(columns, piece, start => this.#block(piece, start, outer))),
      );
    });
  }

  #piecesOf(columns: number): readonly Piece[] {
    const { vectors, lanes, blocks, again } = this.#tile;
    // A part must not add to a cell twice.
    const later = again.later && blocks?.sum === undefined;
    return piecesOfColumns(columns, vectors, lanes, { ...again, later });
  }

  /** All iterations of some columns. */
  #block(piece: Piece, start: Index, outer: Binding): Stmt {
    const { blocks, columns } = this.#tile;
    const pieces = blocks ? this.#piecesOf(piece.count) : [{ ...piece, start: 0, tiles: 1 }];
    const [first, ...others] = this.#parts();
    const strips = pieces.map(strip => {
      return { ...strip, panels: first.copies.packed.map(of => panelFor(of, strip, this.#names)) };
    });
    const inPart = (part: Part): Stmt => {
      const copies = strips.flatMap(strip =>
        part.copies.packed.flatMap((of, i) => {
          const panel = strip.panels[i];
          if (!panel) return [];
          const at = { ...strip, columns, start: plus(start, fixed(strip.start)) };
          return [copyInto(panel, of, at, outer, this.#names)];
        }),
      );
      return part.around(block([...copies, this.#turns(part, strips, start, outer)]));
    };
    const panels = strips.flatMap(strip => strip.panels.map(declare));
    return block([...panels, ...[first, ...others].map(inPart)]);
  }

  #parts(): readonly [Part, ...Part[]] {
    const { packed, blocks, rowCopies } = this.#tile;
    const { body } = this.#nest;
    const copies = { packed, ofRows: rowCopies?.packed ?? [] };
    return blocks?.sum ? partsOf(blocks.sum, copies, this.#names) : [wholeOf(body, copies)];
  }

  /** The other loops around tiles. */
  #turns(part: Part, strips: readonly Strip[], start: Index, outer: Binding): Stmt {
    const { rows, rowCopies } = this.#tile;
    return this.#over(this.#others, outer, binding => {
      if (!rows) return this.#jams(part, strips, start, undefined, binding);
      const pieces = piecesOfBlocks(rows.extent, rowCopies?.rowCount ?? rows.extent);
      return block(
        pieces.map(piece =>
          this.#tiles(rows, piece, first =>
            this.#rows(part, strips, start, { rows, first, count: piece.count }, binding),
          ),
        ),
      );
    });
  }

  /** All rows, or as many as are copied together. */
  #rows(
    part: Part,
    strips: readonly Strip[],
    start: Index,
    { rows, first, count }: SomeRows,
    binding: Binding,
  ): Stmt {
    const strip = { tiles: 1, count, lanes: 1 };
    const copied = part.copies.ofRows.map(of => {
      const panel = panelFor(of, strip, this.#names);
      const at = { ...strip, columns: rows, start: first };
      return { of, panel, copy: copyInto(panel, of, at, binding, this.#names) };
    });
    const at = { columns: rows.loop, start: first, tile: undefined };
    const body = copied.reduce<Stmt>(
      (all, { of, panel }) => fromPanel(all, panel, of, at),
      block(part.body),
    );
    const reading = statementsOf(body);
    return block([
      ...copied.flatMap(({ panel, copy }) => [declare(panel), copy]),
      ...piecesOfRows(count, this.#tile.rowCount)
        .flatMap(piece => apartAtEdges(piece, first, rows, reading))
        .map(({ piece, body: inPiece }) =>
          this.#tiles(rows, piece, offset => {
            const turns = { loop: rows.loop, start: plus(first, offset), count: piece.count };
            return this.#jams({ ...part, body: inPiece }, strips, start, turns, binding);
          }),
        ),
    ]);
  }

  /** Some rows of all columns of a block. */
  #jams(
    { body, copies: { packed } }: Part,
    strips: readonly Strip[],
    start: Index,
    rows: Turns | undefined,
    binding: Binding,
  ): Stmt {
    const { columns, taps, square } = this.#tile;
    const ofTaps =
      taps?.kind === 'cells'
        ? { loop: taps.loop.loop, start: fixed(0), count: taps.loop.extent }
        : undefined;
    const ofTerms = taps?.kind === 'terms' ? taps.loop.loop : undefined;
    return block(
      strips.map(({ panels, ...strip }) =>
        this.#tiles(columns, strip, (offset, tile) => {
          const first = plus(start, offset);
          const turns = { loop: columns.loop, start: first, count: strip.count };
          const of = { columns: columns.loop, start: first, tile };
          const read = packed.reduce<Stmt>((all, copied, i) => {
            const panel = panels[i];
            return panel ? fromPanel(all, panel, copied, of) : all;
          }, block(body));
          const plan = { rows, taps: ofTaps, ofTerms, columns: turns, lanes: strip.lanes, binding };
          const at = { columns, start: first, lanes: strip.lanes };
          const turned =
            square && strip.lanes >= leastSide && inSquares(body, square, at, this.#names);
          return turned
            ? jam(turned.body, { ...plan, shared: turned.copies }, this.#names)
            : jam(statementsOf(read), plan, this.#names);
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

  /** A loop over the tiles of a piece; `body` gets the start and the number of a tile. */
  #tiles(
    { loop }: For,
    { start, tiles, count }: Piece,
    body: (start: Index, tile: Index | undefined) => Stmt,
  ): Stmt {
    if (tiles === 1) return body(fixed(start), undefined);
    const fresh = loopVar(this.#names.fresh(loop));
    return forLoop(fresh, tiles, body(at(fresh, count, start), at(fresh)));
  }
}
