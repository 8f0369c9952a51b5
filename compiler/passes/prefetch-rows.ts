/**
 * Asks memory for the next row while this one is worked on. What is done to a row in several loops
 * reads memory in bursts: processors that fetch ahead by themselves start anew with each.
 *
 *   before   for b < 4096 { for i < 16 { … x[b, 64*i + 16*v + l] … } … for o < 16 { … x[b, …] … } }
 *
 *   after    for b < 4096 { for i < 16 { … } … for o < 16 { prefetch x[b + 1, 64*o + 16*v]; … } }
 *
 * Each array is asked for in the last loop that uses it, vector by vector, so that what is asked for
 * comes evenly. Rows so long that the next one would be gone from the second cache when it is needed are asked for
 * a little ahead instead, in the first loop that uses them. Only arrays that no cache holds, and rows of some
 * length. Computes nothing.
 */
import { bytesOf } from '../core/dtype.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import {
  type Ask,
  askAhead,
  asking,
  askInStream,
  asksFor,
  hasPrefetch,
  stepOf,
} from '../schedule/ask-ahead.ts';
import { type Block, blocksOf, bytesIn, isBlock } from '../schedule/next-block.ts';
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
  const next = asksFor(sites, site => askAhead(site, row.loop, 1));
  const asks = staysFor(row, next, target) ? next : asksFor(sites.toReversed(), askInStream);
  if (asks.length === 0) return undefined;
  const after = asking(row, asks);
  note?.({ about: 'nest', step: stepOf(asks), before: [row], after });
  return after;
}

/** Rows of fewer bytes than this are not done with before processors fetch ahead again. */
const leastRowBytes = 1024;

/** What a cache of the second level has, of which `cacheBytes` are its half. */
const cachesInAll = 2;

/** Whether what is asked for is still in a near cache when its turn has come. */
function staysFor(row: For, asks: readonly Ask[], { cacheBytes }: Target): boolean {
  const blocks = blocksOf(row);
  const bytes = (of: readonly (Block | TensorNode)[]): number =>
    of.reduce((all, each) => all + bytesIn(each), 0);
  const asked = blocks.filter(of => asks.some(({ node }) => node === (isBlock(of) ? of.node : of)));
  return bytes(blocks) + bytes(asked) <= cachesInAll * cacheBytes;
}

function isWorth({ node, index }: Site, { loop }: For, { cacheBytes }: Target): boolean {
  const rowCells = Math.abs((index && strideOf(node, index, loop)) ?? 0);
  const bytes = bytesOf[node.dtype];
  return rowCells * bytes >= leastRowBytes && cellsOf(node) * bytes > cacheBytes;
}
