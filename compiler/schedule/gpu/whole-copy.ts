/**
 * Copies by threads as loops over the cells of the copy, in order: what hardware can do as a whole.
 *
 *   before   for cell < 128 thread { for term < 8 thread {
 *              when 128*b + cell < 1000 { for lane < 8 unrolled {
 *                x_rows[cell, 8*term + lane] := x[128*b + cell, 64*i + 8*term + lane];
 *              } }
 *              when … { for lane < 8 unrolled { x_rows[cell, 8*term + lane] := 0; } }
 *            } }
 *
 *   after    for cell < 128 bulk { for lane < 64 bulk {
 *              when 128*b + cell < 1000 { x_rows[cell, lane] := x[128*b + cell, 64*i + lane]; }
 *              when … { x_rows[cell, lane] := 0; }
 *            } }
 */
import {
  at,
  fixed,
  type Index,
  isLoop,
  type LoopVar,
  loopVar,
  sameIndices,
  substitute,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { cellsOf, type TensorNode } from '../../core/tensor-node.ts';
import { bulkCopyAt } from '../../loop/bulk-copy.ts';
import { block, type For, type Stmt, when } from '../../loop/ir.ts';
import { chainAt } from '../../loop/kernel.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { type Store, storesIn, storesOrZeros } from './copied-cells.ts';
import { nested } from './tile-side.ts';

export interface WholeCopy {
  readonly loop: For;
  readonly to: TensorNode;
}

/** The copy to one of these arrays as a bulk copy; undefined where that is not possible. */
export function asBulkCopy(
  copy: For,
  arrays: ReadonlySet<TensorNode>,
  names: Names,
): WholeCopy | undefined {
  const { loops, body } = chainAt(copy);
  const found = storesIn(body);
  const [first, second] = found;
  const to = first?.write.node;
  const isCopy = copy.mode === 'thread' && to && arrays.has(to);
  if (!isCopy || found.length > 2 || found.includes(undefined)) return undefined;
  const cells = to.dims.flatMap((extent, axis) => {
    const unit = unitOf(first.write.index[axis]) ?? loopVar('cell');
    return extent === 1 ? [] : [{ axis, extent, loop: loopVar(names.fresh(unit)) }];
  });
  const stores = second ? storesOrZeros(first, second) : [first];
  const moved = stores?.map(store => inCells(store, loops, cells));
  if (!moved || moved.includes(undefined)) return undefined;
  const loop = nested(cells, 'bulk', block(moved.flatMap(s => s ?? [])));
  const isPossible = loop.kind === 'for' && typeof bulkCopyAt(loop) !== 'string';
  return isPossible ? { loop, to } : undefined;
}

/** A loop over the cells along an axis of the copy. */
interface CellLoop extends Pick<For, 'loop' | 'extent'> {
  readonly axis: number;
}

/** The loop that moves a subscript by one. */
function unitOf(index: Index | undefined): LoopVar | undefined {
  const unit = index?.terms.find(term => term.coeff === 1);
  return unit && isLoop(unit) ? unit.loop : undefined;
}

/**
 * The store of the cell that `cells` are at; undefined unless its loops store to each cell once, and the rest of it
 * follows from the cell.
 */
function inCells(
  { write, condition, lanes }: Store,
  threads: readonly For[],
  cells: readonly CellLoop[],
): Stmt | undefined {
  const loops = [...threads, ...lanes];
  const binding = new Map(loops.map(({ loop }) => [loop, fixed(0)] as const));
  const still = new Map([...binding].filter((_, i) => loops[i]?.extent === 1));
  const back = new Map<LoopVar, Index>();
  for (const { axis, loop } of cells) {
    const place = write.index[axis];
    const unit = unitOf(place);
    if (!place || !unit) return undefined;
    binding.set(unit, at(loop));
    back.set(loop, place);
  }
  const { value } = write;
  const before = [
    ...write.index,
    ...(value.kind === 'read' ? value.index : []),
    ...(condition ? [condition.index] : []),
  ].map(ix => substitute(ix, still));
  const after = before.map(ix => substitute(ix, binding));
  const isFromCell = sameIndices(
    before,
    after.map(ix => substitute(ix, back)),
  );
  const turns = product(loops.map(({ extent }) => extent));
  if (!isFromCell || turns !== cellsOf(write.node)) return undefined;
  const guarded = condition ? when(condition.index, condition.below, write) : write;
  return substituteLoopsIn(guarded, binding);
}
