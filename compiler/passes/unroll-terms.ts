/**
 * Unrolls the loop over the terms of a tile's sums, where a term is so few instructions that the loop's own (count, compare, advance)
 * matter. A processor decodes four a cycle: a tile of 6 rows × 2 vectors has 12 multiply-adds, which take 6 cycles, 8 loads, and 3 for the loop.
 *
 *   before   for i < 512 { for b < 6 unrolled { for l < 8 vector { s[b, l] += x[b, i] * w[i, l]; } } }
 *
 *   after    for i < 128 {
 *              for turn < 4 unrolled { for b < 6 unrolled { for l < 8 vector {
 *                s[b, l] += x[b, 4*i + turn] * w[4*i + turn, l];
 *              } } }
 *            }
 *
 * Only by a factor that divides the number of terms, so nothing is left over. Each sum gets its terms in the same order: exact.
 */
import { at, type LoopVar, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { type For, forLoop, type Stmt } from '../loop/ir.ts';
import { loopsAlong, namesIn, type Site, sitesUnder, writtenIn } from '../loop/facts.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts, substituteLoopsIn, visitStmts } from '../loop/traverse.ts';
import type { Target } from '../schedule/target.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function unrollTerms({ leastTurns }: Target): Pass {
  return {
    name: 'unroll-terms',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const body = rewriteStmts(program.body, s => {
        if (s.kind !== 'for' || s.extent < Math.min(leastTerms, leastTurns)) return undefined;
        const factor = factorFor(s);
        if (factor === undefined) return undefined;
        const after = unrolled(s, factor, names);
        note?.({
          about: 'nest',
          step: { kind: 'unroll', loop: s.loop, turns: factor },
          before: [s],
          after,
        });
        return after;
      });
      return withBody(program, body);
    },
  };
}

function unrolled({ loop, extent, body }: For, factor: number, names: Names): Stmt {
  const [outer, turn] = [loopVar(names.fresh(loop)), loopVar(names.fresh('turn'))];
  const own = at(outer, factor);
  const term = { ...own, terms: [...own.terms, ...at(turn).terms] };
  const inTurn = substituteLoopsIn(body, new Map([[loop, term]]));
  return forLoop(outer, extent / factor, forLoop(turn, factor, inTurn, 'unrolled'));
}

/** Shorter sums spend most of their time before and after the loop. */
const leastTerms = 64;

/** Count, compare, advance. */
const instructionsOfLoop = 3;

/** A loop with as many is not limited by decoding. */
const enoughInstructions = 26;

/** In order of preference; more would be more code for little. */
const factors = [4, 3, 2];

function factorFor(loop: For): number | undefined {
  if (!isOfTile(loop)) return undefined;
  if (instructionsOf(loop) + instructionsOfLoop >= enoughInstructions) return undefined;
  return factors.find(n => loop.extent % n === 0 && loop.extent >= 2 * n);
}

/** Whether it does nothing but add terms to the same sums, on vectors, in each turn. */
function isOfTile({ loop, mode, body }: For): boolean {
  const parts: Stmt[] = [];
  visitStmts(body, s => parts.push(s));
  const isInTile = (s: Stmt): boolean =>
    s.kind === 'for'
      ? s.mode === 'unrolled' || s.mode === 'vector'
      : s.kind === 'block' || s.kind === 'write' || s.kind === 'accumulate';
  return (
    mode === 'serial' &&
    parts.every(isInTile) &&
    parts.some(s => s.kind === 'for' && s.mode === 'vector') &&
    areSumsOver(loop, body) &&
    !isUnrolledOverTerms(body)
  );
}

/** Whether all turns of the loop store to the same cells. */
function areSumsOver(loop: LoopVar, body: Stmt): boolean {
  const stays = ({ kind, node, index }: Site): boolean =>
    kind === 'read' || (index !== undefined && strideOf(node, index, loop) === 0);
  return sitesUnder(body).every(stays);
}

/** Whether it is unrolled already. */
function isUnrolledOverTerms(body: Stmt): boolean {
  return body.kind === 'for' && body.mode === 'unrolled' && areSumsOver(body.loop, body.body);
}

/** One for each addition to a sum, and one for each distinct vector or scalar that is loaded. */
function instructionsOf({ body }: For): number {
  const sums = writtenIn(body);
  return sitesUnder(body)
    .filter(({ kind, node }) => kind !== 'read' || !sums.has(node))
    .map(({ kind, node, index, path }) => {
      const own = loopsAlong(path).filter(l => l.mode === 'unrolled');
      const isAgain = (l: For): boolean =>
        kind !== 'read' || index === undefined || strideOf(node, index, l.loop) !== 0;
      return product(own.filter(isAgain).map(l => l.extent));
    })
    .reduce((sum, each) => sum + each, 0);
}
