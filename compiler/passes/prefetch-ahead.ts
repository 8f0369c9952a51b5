/**
 * Prefetches what later turns of a loop read, if each turn computes much. A processor executes at most a few hundred
 * instructions ahead, which with functions like `tanh` is less than one cache line of input: so it waits for every
 * line, and memory idles while it computes.
 *
 *   before   for o < 4096 { for l < 16 vector { y[16*o + l] := tanh(x[16*o + l]); } }
 *
 *   after    for o < 4096 { prefetch x[16*o + 256]; for l < 16 vector { y[16*o + l] := tanh(x[16*o + l]); } }
 *
 * Only for arrays that no cache holds, in loops that also stream through an array that they store to. Arrays that are
 * only stored to need no prefetch, since nothing waits for them. Loops that `prefetch-rows` has handled are left alone.
 * Computes nothing.
 */
import { sizeOf } from '../core/tensor-node.ts';
import { sitesUnder } from '../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import {
  insertPrefetches,
  prefetchInStream,
  prefetchesFor,
  bytesInTurn,
  hasPrefetch,
  isStream,
  stepOf,
} from '../schedule/prefetching.ts';
import type { Target } from '../schedule/target.ts';
import { isOnVectors } from '../schedule/vector-loop.ts';
import { workOf } from '../schedule/work.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function prefetchAhead(target: Target): Pass {
  return {
    name: 'prefetch-ahead',
    run: (program, note) => {
      const body = rewriteOutermost(program.body, s => {
        if (s.kind !== 'for') return undefined;
        if (isSettled(s)) return s;
        return isOnVectors(s) ? withPrefetches(s, target, note) : undefined;
      });
      return withBody(program, body);
    },
  };
}

/** Whether it has prefetches already, or an inner vector loop has. */
function isSettled(s: For): boolean {
  return [s, ...statementsOf(s.body)].some(
    part => part.kind === 'for' && isOnVectors(part) && hasPrefetch(part),
  );
}

/** Work per byte moved (see `workOf`): with less, a processor looks far enough ahead by itself. */
const leastWork = 2;

function withPrefetches(loop: For, target: Target, note: Note | undefined): Stmt | undefined {
  const streams = sitesUnder(loop).filter(isStream);
  if (streams.every(({ kind }) => kind === 'read')) return undefined;
  const bytes = [...new Map(streams.map(site => [site.node, bytesInTurn(site)])).values()];
  if (workOf(loop.body) < leastWork * bytes.reduce((sum, each) => sum + each, 0)) return undefined;
  const needed = streams.filter(
    ({ node, kind }) => kind !== 'write' && sizeOf(node) > target.cacheBytes,
  );
  const prefetches = prefetchesFor(needed, prefetchInStream);
  if (prefetches.length === 0) return undefined;
  const after = insertPrefetches(loop, prefetches);
  note?.({ about: 'nest', step: stepOf(prefetches), before: [loop], after });
  return after;
}
