/**
 * Some terms of a sum one after the other in each turn of its loop, where a term is so little that what a loop takes
 * for itself, to count and to go back, is a part of it: a processor decodes four instructions a cycle, and a tile of 6 rows × 2
 * vectors has 12 multiply-adds for 6 cycles, 8 loads, and 3 more.
 *
 *   before   for i < 512 { for b < 6 unrolled { for l < 8 vector { s[b, l] += x[b, i] * w[i, l]; } } }
 *
 *   after    for i < 128 {
 *              for turn < 4 unrolled { for b < 6 unrolled { for l < 8 vector {
 *                s[b, l] += x[b, 4*i + turn] * w[4*i + turn, l];
 *              } } }
 *            }
 *
 * Only tiles, whose sums stay in registers, and numbers of terms that divide the sum. Each sum gets its terms in the order it did: exact.
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
        const terms = termsAtOnce(s);
        if (terms === undefined) return undefined;
        const after = unrolled(s, terms, names);
        note?.({
          about: 'nest',
          step: { kind: 'unroll', loop: s.loop, turns: terms },
          before: [s],
          after,
        });
        return after;
      });
      return withBody(program, body);
    },
  };
}

function unrolled({ loop, extent, body }: For, terms: number, names: Names): Stmt {
  const [outer, turn] = [loopVar(names.fresh(loop)), loopVar(names.fresh('turn'))];
  const own = at(outer, terms);
  const term = { ...own, terms: [...own.terms, ...at(turn).terms] };
  const inTurn = substituteLoopsIn(body, new Map([[loop, term]]));
  return forLoop(outer, extent / terms, forLoop(turn, terms, inTurn, 'unrolled'));
}

/** Where sums have fewer, most of the time is in what is done before and after them. */
const leastTerms = 64;

/** To count, to compare, to go on in the arrays. */
const instructionsOfTurn = 3;

/** With as many, those do not matter. */
const enoughInstructions = 26;

/** The more the better, but code grows with it. */
const counts = [4, 3, 2];

function termsAtOnce(loop: For): number | undefined {
  if (!isOfTile(loop)) return undefined;
  if (instructionsOf(loop) + instructionsOfTurn >= enoughInstructions) return undefined;
  return counts.find(n => loop.extent % n === 0 && loop.extent >= 2 * n);
}

/** Whether its turns add terms to sums on vectors, which stay where they are, and do nothing else. */
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
    !hasSeveralTerms(body)
  );
}

/** Whether all turns store to the same cells. */
function areSumsOver(loop: LoopVar, body: Stmt): boolean {
  const stays = ({ kind, node, index }: Site): boolean =>
    kind === 'read' || (index !== undefined && strideOf(node, index, loop) === 0);
  return sitesUnder(body).every(stays);
}

/** By now. */
function hasSeveralTerms(body: Stmt): boolean {
  return body.kind === 'for' && body.mode === 'unrolled' && areSumsOver(body.loop, body.body);
}

/** An addition for each sum, and a load for each vector or number that is not the same. */
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
