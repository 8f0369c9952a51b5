/**
 * The statement that fills a panel. If columns are strided but the cells of each column are contiguous, it goes by squares
 * of as many cells as a vector has lanes, which backends transpose in registers:
 *
 *   for i < 49 { for c < 2 { for r < 16 unrolled { for l < 16 vector {
 *     w_panel[16*i + r, 16*c + l] := w[32*o + 16*c + l, 16*i + r];
 *   } } } }
 *
 * The last square reaches back over cells that are copied already.
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
import { block, type For, forLoop, forLoops, type Stmt } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import type { Packed } from './packing.ts';
import { vectorsOf } from './pieces.ts';

/** Copies one cell of a column of a tile, at given turns of the loops that decide what is copied. */
export type CellCopy = (turns: ReadonlyMap<LoopVar, Index>, tile: Index, column: Index) => Stmt;

/** Tiles of columns, one after the other. */
export interface PanelColumns {
  readonly loop: LoopVar;
  readonly tiles: number;
  /** Columns of one tile. */
  readonly count: number;
  /** 1 where tiles have no vectors of them. */
  readonly lanes: number;
}

export function copyOf(of: Packed, columns: PanelColumns, cell: CellCopy, names: Names): Stmt {
  const { loop, lanes, count } = columns;
  const tiles =
    columns.tiles > 1 ? [{ loop: loopVar(names.fresh(loop)), extent: columns.tiles }] : [];
  const tile = sumOf(tiles.map(t => [1, at(t.loop)]));
  const loops = of.loops.map(l => ({ ...l, of: l.loop, loop: loopVar(names.fresh(l.loop)) }));
  const turns = new Map(loops.map(l => [l.of, at(l.loop)] as const));
  const beside = loops.find(l => l.of === sideBySide(of, columns)?.loop);
  if (!beside) {
    const column = { loop: loopVar(names.fresh(loop)), extent: count };
    return forLoops([...loops, ...tiles, column], cell(turns, tile, at(column.loop)));
  }
  const square = (start: Index): Stmt =>
    inSquares(columns, names, (turn, column) =>
      cell(new Map(turns).set(beside.of, plus(start, turn)), tile, column),
    );
  const whole = Math.floor(beside.extent / lanes);
  const squares = [
    whole === 1 ? square(fixed(0)) : forLoop(beside.loop, whole, square(at(beside.loop, lanes))),
    ...(beside.extent % lanes > 0 ? [square(fixed(beside.extent - lanes))] : []),
  ];
  const others = loops.filter(l => l !== beside);
  return forLoops([...tiles, ...others], block(squares));
}

/** The loop whose turns read what lies side by side, where columns do not and there is a whole square. */
function sideBySide({ node, index, loops }: Packed, columns: PanelColumns): For | undefined {
  const { loop, lanes } = columns;
  if (lanes === 1 || strideOf(node, index, loop) === 1) return undefined;
  return loops.find(l => l.extent >= lanes && strideOf(node, index, l.loop) === 1);
}

/** One for each vector of the columns. */
function inSquares(
  { count, lanes }: PanelColumns,
  names: Names,
  cell: (turn: Index, column: Index) => Stmt,
): Stmt {
  const fresh = (name: string): LoopVar => loopVar(names.fresh(name));
  const square = (start: Index): Stmt => {
    const [turn, lane] = [fresh('r'), fresh('l')];
    const row = forLoop(lane, lanes, cell(at(turn), plus(start, at(lane))), 'vector');
    return forLoop(turn, lanes, row, 'unrolled');
  };
  const several = (vectors: number): Stmt => {
    const vector = fresh('c');
    return forLoop(vector, vectors, square(at(vector, lanes)));
  };
  const all = vectorsOf(count, lanes);
  return block(all.map(of => (of.vectors === 1 ? square(fixed(of.start)) : several(of.vectors))));
}
