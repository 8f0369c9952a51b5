/**
 * Conditions on the terms of a sum: at the edge of a picture a pixel has fewer taps. A tile has them in its unrolled
 * loops, where a compiler decides them one by one; tiles for which all hold are apart from those at the edges.
 */
import {
  at,
  type Index,
  loopsIn,
  type LoopVar,
  plus,
  rangeOf,
  substitute,
} from '../../core/index-expr.ts';
import { type Accumulate, type For, forLoop, type Stmt, type When, when } from '../../loop/ir.ts';
import { rewriteStmts, visitStmts } from '../../loop/traverse.ts';
import type { Piece } from './pieces.ts';

export interface SumUnderConditions {
  /** Outermost first. */
  readonly loops: readonly For[];
  readonly conditions: readonly When[];
  readonly leaf: Accumulate;
}

/** Loops and conditions around one accumulation. */
export function sumUnderConditionsAt(outermost: Stmt): SumUnderConditions | undefined {
  const loops: For[] = [];
  const conditions: When[] = [];
  let inner = outermost;
  while ((inner.kind === 'for' && inner.mode === 'serial') || inner.kind === 'when') {
    if (inner.kind === 'for') loops.push(inner);
    else conditions.push(inner);
    inner = inner.body;
  }
  return inner.kind === 'accumulate' ? { loops, conditions, leaf: inner } : undefined;
}

/** Loops around a statement, with each condition as far out as the loops stand that it names. */
export function underConditions(
  loops: readonly Pick<For, 'loop' | 'extent'>[],
  conditions: readonly Pick<When, 'index' | 'below'>[],
  body: Stmt,
): Stmt {
  const [first, ...others] = loops;
  const names = ({ index }: Pick<When, 'index'>): boolean =>
    loopsIn(index).some(loop => loops.some(l => l.loop === loop));
  const inner = conditions.filter(names);
  const inside = first
    ? forLoop(first.loop, first.extent, underConditions(others, inner, body))
    : body;
  return conditions
    .filter(condition => !names(condition))
    .reduceRight((all, { index, below }) => when(index, below, all), inside);
}

/** Whether no condition names this loop, but for those right inside of the loop over terms that name nothing else. */
export function areOfTerms(body: readonly Stmt[], loop: For | undefined, terms?: For): boolean {
  const inTerms = (terms && sumUnderConditionsAt(terms.body)?.conditions) ?? [];
  const own = [loop?.loop, terms?.loop];
  return conditionsIn(body).every(condition => {
    const named = loopsIn(condition.index);
    const isFree = named.every(l => l !== loop?.loop);
    return isFree || (inTerms.includes(condition) && named.every(l => own.includes(l)));
  });
}

/** The innermost loop of the sum in a body. */
export function innermostIn(body: readonly Stmt[]): For | undefined {
  return body.flatMap(s => sumUnderConditionsAt(s)?.loops.at(-1) ?? [])[0];
}

/** A run of tiles of rows, and the statements of one. */
export interface PieceOfRows {
  readonly piece: Piece;
  readonly body: readonly Stmt[];
}

/**
 * A piece of rows as pieces in which the same conditions hold for all rows, without these. A tile in which some do not
 * is a piece of its own. `start`: the row from which pieces count; `around`: loops that conditions may name as well.
 */
export function apartAtEdges(
  piece: Piece,
  start: Index,
  { loop }: For,
  body: readonly Stmt[],
  around: readonly (readonly [LoopVar, number])[] = [],
): readonly PieceOfRows[] {
  const own = conditionsIn(body).filter(({ index }) => loopsIn(index).includes(loop));
  if (own.length === 0) return [{ piece, body }];
  const extents = new Map([...around, ...extentsIn(body), [loop, piece.count] as const]);
  const heldIn = (tile: number): readonly When[] => {
    const first = plus(start, at(loop, 1, piece.start + tile * piece.count));
    const turns = new Map([[loop, first]]);
    return own.filter(({ index, below }) => isAlways(substitute(index, turns), below, extents));
  };
  const held = Array.from({ length: piece.tiles }, (_, tile) => heldIn(tile));
  const isAlike = (tile: number): boolean =>
    [tile, tile - 1].every(t => held[t]?.length === own.length);
  const firsts = held.flatMap((_, tile) => (isAlike(tile) ? [] : [tile]));
  return firsts.map((first, i) => {
    const tiles = (firsts[i + 1] ?? piece.tiles) - first;
    const some = { ...piece, start: piece.start + first * piece.count, tiles };
    return { piece: some, body: without(body, held[first] ?? []) };
  });
}

function isAlways(index: Index, below: number, extents: ReadonlyMap<LoopVar, number>): boolean {
  const isKnown = loopsIn(index).every(loop => extents.has(loop));
  return isKnown && rangeOf(index, loop => extents.get(loop) ?? 1).max < below;
}

function without(body: readonly Stmt[], conditions: readonly When[]): readonly Stmt[] {
  const held = new Set(conditions.map(({ index }) => index));
  return body.map(s =>
    rewriteStmts(s, part => (part.kind === 'when' && held.has(part.index) ? part.body : undefined)),
  );
}

function conditionsIn(body: readonly Stmt[]): readonly When[] {
  const found: When[] = [];
  body.forEach(s =>
    visitStmts(s, part => {
      if (part.kind === 'when') found.push(part);
    }),
  );
  return found;
}

function extentsIn(body: readonly Stmt[]): ReadonlyMap<LoopVar, number> {
  const extents = new Map<LoopVar, number>();
  body.forEach(s =>
    visitStmts(s, part => {
      if (part.kind === 'for') extents.set(part.loop, part.extent);
    }),
  );
  return extents;
}
