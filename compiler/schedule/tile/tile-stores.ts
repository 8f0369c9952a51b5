/**
 * The stores of a tile: one statement for all turns that are taken at once, as loops over its rows, its taps, its vectors and
 * their lanes. Scalars of a turn become arrays of the tile.
 *
 *   before   s += x[b, i] * w[i, o];
 *
 *   after    for b < 8 unrolled { for v < 2 unrolled { for l < 16 vector { s_tile[b, 16*v + l] += x[8*b2 + b, i] * w[i, …]; } } }
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  substitute,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  type Accumulate,
  accumulate,
  block,
  type Expr,
  forLoop,
  type LoopMode,
  read,
  type Stmt,
  type Write,
  write,
} from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { rewriteExpr, substituteLoops } from '../../loop/traverse.ts';
import { type TileVectors, vectorsOf } from './pieces.ts';
import { oneByOne } from './strided-store.ts';

/** How many turns of a loop are taken at once, and which. */
export interface Turns {
  readonly loop: LoopVar;
  /** The first of them. */
  readonly start: Index;
  readonly count: number;
}

export interface Jam {
  /** The values of the other enclosing loops. */
  readonly binding: ReadonlyMap<LoopVar, Index>;
  readonly rows: Turns | undefined;
  /** Iterations of a third loop. */
  readonly taps?: Turns | undefined;
  /** The innermost loop of a sum, all of whose terms each row takes at once. */
  readonly ofTerms?: LoopVar | undefined;
  /** If `count` is not a multiple of the lanes, some iterations are in two vectors. */
  readonly columns: Turns;
  /** 1 where the columns are so few that they are scalars. */
  readonly lanes: number;
  /** Statements that are for all the turns as they are. */
  readonly shared?: ReadonlySet<Stmt>;
}

/** Wraps the stores of one row, or of one tap of a row. */
export interface AroundTurns {
  readonly inRow?: (all: Stmt, row: Index) => Stmt;
  readonly inTap?: (all: Stmt, tap: Index) => Stmt;
}

type Binding = ReadonlyMap<LoopVar, Index>;

/** An enclosing loop and its value. */
interface Around {
  readonly loop: LoopVar;
  readonly index: Index;
  readonly around: (s: Stmt) => Stmt;
}

/** Which row and tap of a tile. */
interface Turn {
  readonly row: Index;
  readonly tap: Index | undefined;
  readonly binding: Binding;
}

/** More vectors than that are no tile in registers, but a row in memory. */
const mostUnrolled = 16;

export class TileStores {
  readonly #plan: Jam;
  readonly #names: Names;
  readonly #tiles = new Map<TensorNode, TensorNode>();

  constructor(plan: Jam, names: Names) {
    this.#plan = plan;
    this.#names = names;
  }

  /** The array of the tile for a scalar of a turn. */
  tileFor(node: TensorNode): TensorNode {
    const { rows, taps, columns, lanes } = this.#plan;
    const name = this.#names.fresh(`${node.name}_tile`);
    const cells = Math.ceil(columns.count / lanes) * lanes;
    const outer = [rows, taps].flatMap(turns => (turns ? [turns.count] : []));
    const tile = tensorNode(name, node.dtype, [...outer, cells]);
    this.#tiles.set(node, tile);
    return tile;
  }

  /** A store for all iterations; `binding` has the values of the loops around the tile. */
  spread(s: Write | Accumulate, binding: Binding, { inRow, inTap }: AroundTurns = {}): Stmt {
    const { rows, taps, columns, lanes } = this.#plan;
    const row = around(rows?.loop ?? 'row', rows?.count ?? 1, 'unrolled', this.#names);
    const tap = taps && around(taps.loop, taps.count, 'unrolled', this.#names);
    const turn = { row: row.index, tap: tap?.index, binding };
    const all = block(vectorsOf(columns.count, lanes).map(of => this.#onVectors(s, of, turn)));
    const inTaps = tap ? tap.around(inTap ? inTap(all, tap.index) : all) : all;
    return row.around(inRow ? inRow(inTaps, row.index) : inTaps);
  }

  #onVectors(
    s: Write | Accumulate,
    { start, place, vectors }: TileVectors,
    { row, tap, binding: outer }: Turn,
  ): Stmt {
    const { rows, taps, columns, lanes } = this.#plan;
    const vector = around(
      'v',
      vectors,
      vectors > mostUnrolled ? 'serial' : 'unrolled',
      this.#names,
    );
    const isApart = lanes > 1 && this.#liesApart(s);
    const lane = around('l', lanes, 'vector', this.#names);
    const column = sumOf([
      [lanes, vector.index],
      [1, lane.index],
    ]);
    const first = plus(columns.start, fixed(start));
    const binding = new Map(outer).set(columns.loop, plus(first, column));
    if (rows) binding.set(rows.loop, plus(rows.start, row));
    if (taps && tap) binding.set(taps.loop, plus(taps.start, tap));
    const kept = plus(fixed(place), column);
    const cell = [...(rows ? [row] : []), ...(tap ? [tap] : []), kept];
    const stored = this.#stored(s, cell, binding);
    const tiles = new Set(this.#tiles.values());
    const all = isApart
      ? oneByOne(stored, lane.loop, lanes, tiles, this.#names)
      : lane.around(stored);
    return vector.around(all);
  }

  /** Whether neighbouring columns are stored to cells that are no neighbours. */
  #liesApart({ node, index }: Write | Accumulate): boolean {
    const stride = strideOf(node, index, this.#plan.columns.loop);
    return !this.#tiles.has(node) && stride !== 0 && stride !== 1;
  }

  #stored(s: Write | Accumulate, cell: readonly Index[], binding: Binding): Write | Accumulate {
    const tile = this.#tiles.get(s.node);
    const index = tile ? cell : s.index.map(ix => substitute(ix, binding));
    const value = substituteLoops(this.#fromTiles(s.value, cell), binding);
    const node = tile ?? s.node;
    return s.kind === 'write'
      ? write(node, index, value, s.origins)
      : accumulate(s.op, node, index, value, s.origins);
  }

  #fromTiles(value: Expr, cell: readonly Index[]): Expr {
    return rewriteExpr(value, e => {
      const tile = e.kind === 'read' ? this.#tiles.get(e.node) : undefined;
      return tile && read(tile, cell, e.origins);
    });
  }
}

/** One turn needs no loop. */
export function around(name: string, count: number, mode: LoopMode, names: Names): Around {
  const loop = loopVar(names.fresh(name));
  if (count === 1) return { loop, index: fixed(0), around: s => s };
  return { loop, index: at(loop), around: s => forLoop(loop, count, s, mode) };
}
