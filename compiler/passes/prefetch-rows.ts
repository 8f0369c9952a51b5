/**
 * Asks memory for the next row while this one is worked on. What is done to a row in several loops
 * reads memory in bursts: processors that fetch ahead by themselves start anew with each.
 *
 *   before   for b < 4096 { for i < 16 { … x[b, 64*i + 16*v + l] … } … for o < 16 { … x[b, …] … } }
 *
 *   after    for b < 4096 { for i < 16 { … } … for o < 16 { prefetch x[b + 1, 64*o + 16*v]; … } }
 *
 * Each array is asked for in the last loop that uses it, vector by vector, so that what is asked for
 * comes evenly. Only arrays that no cache holds, and rows of some length. Computes nothing.
 */
import { at, fixed, type Index, substitute } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { cellsOf } from '../core/tensor-node.ts';
import { loopsAlong, type Site, sitesUnder, writtenIn } from '../loop/facts.ts';
import { block, type For, forLoop, prefetch, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts, visitStmts } from '../loop/traverse.ts';
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
  const last = new Map(
    loops.flatMap(sitesUnder).flatMap(site => {
      const next = isWorth(site, row, target) && nextRow(site, row);
      return next ? [[site.node, next] as const] : [];
    }),
  );
  if (last.size === 0) return undefined;
  const stored = new Set(loops.flatMap(s => [...writtenIn(s)]));
  const body = rewriteStmts(row.body, s => {
    const asked = [...last].filter(([, { vector }]) => vector === s);
    if (asked.length === 0) return undefined;
    const ahead = asked.map(([node, { index }]) =>
      prefetch(stored.has(node) ? 'store' : 'read', node, index),
    );
    return block([...ahead, s]);
  });
  const after = forLoop(row.loop, row.extent, body, row.mode);
  const arrays = [...last.keys()].map(({ name }) => name);
  const step = { kind: 'prefetch', arrays, loop: row.loop } as const;
  note?.({ about: 'nest', step, before: [row], after });
  return after;
}

function hasPrefetch(s: Stmt): boolean {
  let has = false;
  visitStmts(s, part => (has ||= part.kind === 'prefetch'));
  return has;
}

/** Rows of fewer bytes than this are not done with before processors fetch ahead again. */
const leastRowBytes = 1024;

function isWorth({ node, index }: Site, { loop }: For, { cacheBytes }: Target): boolean {
  const rowCells = Math.abs((index && strideOf(node, index, loop)) ?? 0);
  const bytes = bytesOf[node.dtype];
  return rowCells * bytes >= leastRowBytes && cellsOf(node) * bytes > cacheBytes;
}

/** The vector that a site is on, and where its cells lie in the next turn. */
function nextRow({ index, path }: Site, { loop }: For): NextRow | undefined {
  const vector = loopsAlong(path).at(-1);
  if (!index || vector?.mode !== 'vector') return undefined;
  const binding = new Map([
    [loop, at(loop, 1, 1)],
    [vector.loop, fixed(0)],
  ]);
  return { vector, index: index.map(ix => substitute(ix, binding)) };
}

interface NextRow {
  readonly vector: For;
  readonly index: readonly Index[];
}
