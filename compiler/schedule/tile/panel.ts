/**
 * A panel: a packed copy of what a tile reads, with contiguous columns.
 *
 *   before   for o … { … for i < 784 { s += x[b, i] * w[o, i]; } }
 *   after    local w_panel: f32[784, 32];
 *            for i < 784 { for o < 32 { w_panel[i, o] := w[32*o2 + o, i]; } }
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  plus,
  sameIndices,
  substitute,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { type For, read, type Stmt, write } from '../../loop/ir.ts';
import { rewriteExprsIn } from '../../loop/traverse.ts';
import type { Packed } from './packing.ts';
import { type CellCopy, copyOf } from './panel-copy.ts';

/** Columns in tiles one after the other, each with a panel of its own. */
interface Strip {
  readonly tiles: number;
  /** Columns of one tile. */
  readonly count: number;
  readonly lanes: number;
}

/** The array for the panels of all tiles. */
export function panelFor(
  { node, loops }: Packed,
  { tiles, count }: Strip,
  names: Names,
): TensorNode {
  const dims = [...(tiles > 1 ? [tiles] : []), ...loops.map(l => l.extent), count];
  return tensorNode(names.fresh(`${node.name}_panel`), node.dtype, dims);
}

interface StripAt extends Strip {
  readonly columns: For;
  /** The first of its columns. */
  readonly start: Index;
}

/** `binding`: what the loops around are where the copy is made. */
export function copyInto(
  panel: TensorNode,
  of: Packed,
  { columns, start, tiles, count, lanes }: StripAt,
  binding: ReadonlyMap<LoopVar, Index>,
  names: Names,
): Stmt {
  const cell: CellCopy = (turns, tile, column) => {
    const first = plus(start, sumOf([[count, tile]]));
    const here = new Map([...binding, ...turns]).set(columns.loop, plus(first, column));
    const index = of.index.map(ix => substitute(ix, here));
    const place = of.loops.map(l => turns.get(l.loop) ?? fixed(0));
    const all = [...(tiles > 1 ? [tile] : []), ...place, column];
    return write(panel, all, read(of.node, index, of.origins), of.origins);
  };
  return copyOf(of, { loop: columns.loop, tiles, count, lanes }, cell, names);
}

interface TileAt {
  readonly columns: LoopVar;
  /** The first of its columns. */
  readonly start: Index;
  /** Which of several tiles it is. */
  readonly tile: Index | undefined;
}

/** The statement of a tile, with its reads of what was copied taken from the panel. */
export function fromPanel(
  body: Stmt,
  panel: TensorNode,
  of: Packed,
  { columns, start, tile }: TileAt,
): Stmt {
  const column = sumOf([
    [1, at(columns)],
    [-1, start],
  ]);
  return rewriteExprsIn(body, e => {
    const isCopied = e.kind === 'read' && e.node === of.node && sameIndices(e.index, of.index);
    if (!isCopied) return undefined;
    return read(
      panel,
      [...(tile ? [tile] : []), ...of.loops.map(l => at(l.loop)), column],
      e.origins,
    );
  });
}
