/**
 * Asks memory for what a loop comes to some turns later, where each has much to do. A processor has begun a few
 * hundred instructions at most before they are due, and of functions like `tanh` that is not one line of memory:
 * it then waits for each although nothing hangs on it, and memory has nothing to do while it computes.
 *
 *   before   for o < 4096 { for l < 16 vector { y[16*o + l] := tanh(x[16*o + l]); } }
 *
 *   after    for o < 4096 { prefetch x[16*o + 256]; for l < 16 vector { y[16*o + l] := tanh(x[16*o + l]); } }
 *
 * Only arrays that no cache holds, and loops in which some of what is stored goes on, turn by turn, as what is read
 * does. What is stored alone is not waited for. Where rows are asked for (`prefetch-rows`) all is settled.
 * Computes nothing.
 */
import { sizeOf } from '../core/tensor-node.ts';
import { sitesUnder } from '../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import {
  asking,
  askInStream,
  asksFor,
  bytesInTurn,
  hasPrefetch,
  isStream,
  stepOf,
} from '../schedule/ask-ahead.ts';
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

/** Whether it asks by now, or a loop beside those in its turns does. */
function isSettled(s: For): boolean {
  return [s, ...statementsOf(s.body)].some(
    part => part.kind === 'for' && isOnVectors(part) && hasPrefetch(part),
  );
}

/** Operations next to one addition for each byte that is moved: with fewer, a processor looks ahead far enough. */
const leastWork = 2;

function withPrefetches(loop: For, target: Target, note: Note | undefined): Stmt | undefined {
  const streams = sitesUnder(loop).filter(isStream);
  if (streams.every(({ kind }) => kind === 'read')) return undefined;
  const bytes = [...new Map(streams.map(site => [site.node, bytesInTurn(site)])).values()];
  if (workOf(loop.body) < leastWork * bytes.reduce((sum, each) => sum + each, 0)) return undefined;
  const needed = streams.filter(
    ({ node, kind }) => kind !== 'write' && sizeOf(node) > target.cacheBytes,
  );
  const asks = asksFor(needed, askInStream);
  if (asks.length === 0) return undefined;
  const after = asking(loop, asks);
  note?.({ about: 'nest', step: stepOf(asks), before: [loop], after });
  return after;
}
