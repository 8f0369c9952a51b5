/**
 * Removes what nobody can notice: stores to local arrays that are never read, fills that are
 * overwritten before anyone looks, declarations of arrays no longer used, and empty loops.
 *
 *   before   local t: f32[4];                after   (nothing)
 *            for i < 4 { t[i] := x[i]; }
 */
import { coverageOf } from '../core/index-cover.ts';
import {
  groupByNode,
  localsOf,
  loopsAlong,
  type Site,
  sitesIn,
  startsWith,
} from '../loop/facts.ts';
import { block, isEmpty, type Program, type Stmt } from '../loop/ir.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import type { Note } from './decision.ts';
import { isSeenHalfStored } from './half-stored.ts';
import { type Pass, withBody } from './pipeline.ts';

export const dropDead: Pass = {
  name: 'drop-dead',
  run: (program, note) => {
    const after = dropOnce(program, note);
    // A dropped store was perhaps the last reader of another array.
    return after === program ? program : dropDead.run(after, note);
  },
};

const nothing = block([]);

function dropOnce(program: Program, note: Note | undefined): Program {
  const sites = groupByNode(sitesIn(program));
  const locals = localsOf(program);
  const unread = new Set(locals.filter(n => !sites.get(n)?.some(site => site.kind === 'read')));
  const because = 'nobody reads it';
  unread.forEach(node => note?.({ about: 'array', node, fate: 'dropped', because }));
  const deadFills = new Set<Stmt>([...sites.values()].flatMap(overwrittenFills));
  const isDead = (s: Stmt): boolean => {
    switch (s.kind) {
      case 'declare':
        return !sites.has(s.node);
      case 'fill':
        return deadFills.has(s) || unread.has(s.node);
      case 'write':
      case 'accumulate':
      case 'scatter':
        return unread.has(s.node);
      case 'when':
        return isEmpty(s.body);
      case 'for':
        return s.extent === 0 || isEmpty(s.body);
      case 'block':
      case 'comment':
      case 'prefetch':
        return false;
    }
  };
  const body = rewriteStmts(program.body, s => (isDead(s) ? nothing : undefined));
  return withBody(program, body);
}

/** Fills whose every cell is written by the node's next site, in the same run of the same block. */
function overwrittenFills(sites: readonly Site[]): readonly Stmt[] {
  return sites.flatMap((site, i) => {
    const next = sites[i + 1];
    const overwritten = site.kind === 'fill' && next && overwrites(site, next, sites);
    return overwritten ? [site.leaf] : [];
  });
}

function overwrites(first: Site, next: Site, sites: readonly Site[]): boolean {
  const block = first.path.slice(0, -1);
  if (!startsWith(next.path, block)) return false;
  const inner = loopsAlong(next.path.slice(block.length));
  if (next.kind === 'fill') return inner.length === 0;
  if (next.kind !== 'write' || isSeenHalfStored(next, block, sites)) return false;
  return coverageOf(next.index ?? [], next.node.dims, inner) !== undefined;
}
