/**
 * Prefetches the next row while this one is worked on. Several loops over the same row read memory in bursts, and a
 * hardware prefetcher starts anew with each.
 *
 *   before   for b < 4096 { for i < 16 { … x[b, 64*i + 16*v + l] … } … for o < 16 { … x[b, …] … } }
 *
 *   after    for b < 4096 { for i < 16 { … } … for o < 16 { prefetch x[b + 1, 64*o + 16*v]; … } }
 *
 * Each array is prefetched in the last loop that uses it, vector by vector, so that requests are spread evenly. If rows are
 * so long that the next one would be evicted from the second-level cache before its turn, the first loop that uses them
 * prefetches a little ahead instead. Only for arrays that no cache holds, and rows of some length. Computes nothing.
 */
import { bytesOf } from '../core/dtype.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import {
  type Prefetching,
  prefetchAheadOf,
  insertPrefetches,
  prefetchInStream,
  prefetchesFor,
  hasPrefetch,
  stepOf,
} from '../schedule/prefetching.ts';
import { type Block, blocksOf, bytesIn, isBlock } from '../schedule/prefetch-lines.ts';
import type { Target } from '../schedule/target.ts';
import { isOnVectors } from '../schedule/vector-loop.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function prefetchRows(target: Target): Pass {
  return {
    name: 'prefetch-rows',
    run: (program, note) => {
      const body = rewriteStmts(program.body, s =>
        s.kind === 'for' ? withPrefetches(s, target, note) : undefined,
      );
      return withBody(program, body);
    },
  };
}

function withPrefetches(row: For, target: Target, note: Note | undefined): Stmt | undefined {
  const loops = statementsOf(row.body).filter(s => s.kind === 'for' && isOnVectors(s));
  if (loops.length < 2 || hasPrefetch(row)) return undefined;
  const sites = loops.flatMap(sitesUnder).filter(site => isWorth(site, row, target));
  const next = prefetchesFor(sites, site => prefetchAheadOf(site, row.loop, 1));
  const prefetches = staysFor(row, next, target)
    ? next
    : prefetchesFor(sites.toReversed(), prefetchInStream);
  if (prefetches.length === 0) return undefined;
  const after = insertPrefetches(row, prefetches);
  note?.({ about: 'nest', step: stepOf(prefetches), before: [row], after });
  return after;
}

/** Shorter rows are finished before a hardware prefetcher would restart anyway. */
const leastRowBytes = 1024;

/** The second-level cache has twice `cacheBytes`. */
const cachesInAll = 2;

/** Whether what is prefetched is still in a near cache in the next turn. */
function staysFor(row: For, prefetches: readonly Prefetching[], { cacheBytes }: Target): boolean {
  const blocks = blocksOf(row);
  const bytes = (of: readonly (Block | TensorNode)[]): number =>
    of.reduce((all, each) => all + bytesIn(each), 0);
  const asked = blocks.filter(of =>
    prefetches.some(({ node }) => node === (isBlock(of) ? of.node : of)),
  );
  return bytes(blocks) + bytes(asked) <= cachesInAll * cacheBytes;
}

function isWorth({ node, index }: Site, { loop }: For, { cacheBytes }: Target): boolean {
  const rowCells = Math.abs((index && strideOf(node, index, loop)) ?? 0);
  const bytes = bytesOf[node.dtype];
  return rowCells * bytes >= leastRowBytes && cellsOf(node) * bytes > cacheBytes;
}
