/** The loop over the terms of a sum, a tile of them at a time (the K loop of a matrix product). */
import {
  at,
  digitOf,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { block, type For, type Stmt, when } from '../../loop/ir.ts';
import { pipelinedLoop } from '../../loop/pipelined.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { nested } from './tile-side.ts';

/** Turns `first`, `first + 1`, … of the innermost loop of a sum. */
export interface Terms {
  readonly loop: LoopVar;
  readonly first: Index;
  readonly count: number;
  /** The number of turns of the loop, if `first + count` may exceed it. */
  readonly below?: number | undefined;
}

/** Guards what is done for a term, where `terms` may reach beyond the sum. */
export function whenInSum({ first, below }: Terms, term: Index, s: Stmt): Stmt {
  return below === undefined ? s : when(plus(first, term), below, s);
}

/** How many terms at a time, and in how many stages they are copied: with more than one, copies run ahead. */
export interface TermTile {
  readonly terms: number;
  readonly stages: number;
}

/** Calls `some` for all terms in order: for whole tiles in a loop, then for the leftover terms of the innermost loop. */
export function overTerms(
  loops: readonly For[],
  { terms: count, stages }: TermTile,
  names: Names,
  some: (terms: Terms) => Stmt,
): Stmt {
  const [innermost, outer] = [loops.at(-1), loops.slice(0, -1)];
  if (!innermost) return block([]);
  const { loop, extent } = innermost;
  const [tiles, rest] = [Math.floor(extent / count), extent % count];
  if (stages > 1 && rest === 0 && product(outer.map(l => l.extent)) > 1) {
    return asOneLoop(outer, { loop, count, tiles, stages }, names, some);
  }
  const tile = loopVar(names.fresh(loop));
  const whole =
    tiles === 1
      ? some({ loop, first: fixed(0), count })
      : pipelinedLoop(tile, tiles, some({ loop, first: at(tile, count), count }), stages);
  const last = { loop, first: fixed(tiles * count), count: rest };
  return nested(outer, 'serial', rest > 0 ? block([whole, some(last)]) : whole);
}

interface Tiles {
  readonly loop: LoopVar;
  readonly count: number;
  readonly tiles: number;
  readonly stages: number;
}

/** Every pipelined loop begins by waiting for its first copies. So that this happens once, all loops become one. */
function asOneLoop(
  outer: readonly For[],
  { loop, count, tiles, stages }: Tiles,
  names: Names,
  some: (terms: Terms) => Stmt,
): Stmt {
  const turn = loopVar(names.fresh(loop));
  let over = 1;
  /** The next digit of the turn's number; the innermost loop varies fastest. */
  const digit = (below: number): Index => {
    const own = below === 1 ? fixed(0) : digitOf({ of: at(turn), over, below });
    over *= below;
    return own;
  };
  const first = sumOf([[count, digit(tiles)]]);
  const binding = new Map(outer.toReversed().map(l => [l.loop, digit(l.extent)]));
  const body = substituteLoopsIn(some({ loop, first, count }), binding);
  return pipelinedLoop(turn, over, body, stages);
}
