/** Prefetches ahead of vector loops. */
import { at, fixed, type Index, type LoopVar, substitute } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, writtenIn } from '../loop/facts.ts';
import { block, type For, prefetch, type Stmt } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts, visitStmts } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import type { Step } from './step.ts';

export interface Prefetching {
  /** The loop whose later turn needs the cells. */
  readonly loop: LoopVar;
  /** The prefetch is inserted before this loop over lanes. */
  readonly vector: For;
  readonly node: TensorNode;
  /** The cell to prefetch. */
  readonly index: readonly Index[];
}

/** A prefetch of a site's cells some turns of a loop ahead. Undefined if the site is not in a vector loop. */
export function prefetchAheadOf(
  { node, index, path }: Site,
  loop: LoopVar,
  turns: number,
): Prefetching | undefined {
  const vector = loopsAlong(path).at(-1);
  if (!index || vector?.mode !== 'vector') return undefined;
  const binding = new Map([
    [loop, at(loop, 1, turns)],
    [vector.loop, fixed(0)],
  ]);
  return { loop, vector, node, index: index.map(ix => substitute(ix, binding)) };
}

/** Far enough ahead for memory, near enough that all arrays of a loop stay in the first-level cache. */
const bytesAhead = 1024;

/** A prefetch some bytes ahead in the outermost loop around a site, if that loop streams through the array. */
export function prefetchInStream(site: Site): Prefetching | undefined {
  const [loop] = loopsAlong(site.path);
  if (!loop || !isStream(site)) return undefined;
  return prefetchAheadOf(site, loop.loop, Math.max(1, Math.floor(bytesAhead / bytesInTurn(site))));
}

/** Whether each turn of the outermost loop continues where the last one ended. */
export function isStream(site: Site): boolean {
  const { node, index, path } = site;
  const [loop] = loopsAlong(path);
  return index && loop ? strideOf(node, index, loop.loop) === cellsInTurn(site) : false;
}

export function bytesInTurn(site: Site): number {
  return cellsInTurn(site) * bytesOf[site.node.dtype];
}

function cellsInTurn({ path }: Site): number {
  return product(
    loopsAlong(path)
      .slice(1)
      .map(l => l.extent),
  );
}

/** One prefetch per array: that of the last site that has one. */
export function prefetchesFor(
  sites: readonly Site[],
  prefetchOf: (site: Site) => Prefetching | undefined,
): readonly Prefetching[] {
  const prefetches = new Map<TensorNode, Prefetching>();
  for (const site of sites) {
    const found = prefetchOf(site);
    if (found) prefetches.set(site.node, found);
  }
  return [...prefetches.values()];
}

/** The statement with prefetches inserted: for writing, if it stores to the array. */
export function insertPrefetches(s: Stmt, prefetches: readonly Prefetching[]): Stmt {
  const stored = writtenIn(s);
  return rewriteStmts(s, part => {
    const here = prefetches.filter(({ vector }) => vector === part);
    if (here.length === 0) return undefined;
    const ahead = here.map(({ node, index }) =>
      prefetch(stored.has(node) ? 'store' : 'read', node, index),
    );
    return block([...ahead, part]);
  });
}

/** The step to report. */
export function stepOf(prefetches: readonly Prefetching[]): Step {
  const arrays = prefetches.map(({ node }) => node.name);
  const loop = [...new Set(prefetches.map(found => found.loop))].join(', ');
  return { kind: 'prefetch', arrays, loop };
}

export function hasPrefetch(s: Stmt): boolean {
  let has = false;
  visitStmts(s, part => (has ||= part.kind === 'prefetch'));
  return has;
}
