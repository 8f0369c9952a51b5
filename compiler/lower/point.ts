/** One point of an assignment's product space: the indices that loops and static symbols have there. */
import type { Assign, Position } from '../assign/ir.ts';
import { type Projections, subscriptOf } from '../assign/projections.ts';
import { readsOf } from '../assign/traverse.ts';
import { fixed, type Index, type LoopVar, substitute, sumOf } from '../core/index-expr.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { invariant } from '../support/errors.ts';

/** The meaning of each static symbol: a static index, or the loop over it. */
export type SymbolScope = ReadonlyMap<StaticSymbol, Index>;

/** A point of the product space, in terms of the loops of the nest. */
export interface Point {
  readonly assign: Assign<TensorNode, Projections>;
  readonly scope: SymbolScope;
  /** The meanings of the names in the projections' subscripts. */
  readonly binding: ReadonlyMap<LoopVar, Index>;
}

export function indexOf(symbol: StaticSymbol, { scope }: Point): Index {
  const index = scope.get(symbol);
  invariant(index, () => `static symbol ${symbol.name} is not bound`);
  return index;
}

/** One subscript of the slot, or all of them as one, in memory order. */
export function placeOf({ slot, axis }: Position, { assign, binding }: Point): Index {
  if (axis) {
    const index = assign.projections.slots[slot]?.[axis.row].at(axis.at);
    return substitute(index ?? fixed(0), binding);
  }
  const { dims = [] } = [assign.target, ...readsOf(assign)].find(a => a.slot === slot)?.node ?? {};
  return subscriptOf(assign, slot).reduce<Index>((before, ix, i) => {
    const own = substitute(ix, binding);
    return sumOf([
      [dims[i] ?? 1, before],
      [1, own],
    ]);
  }, fixed(0));
}
