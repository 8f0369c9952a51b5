/** What loops on vectors use, asked for some turns before they come to it. */
import { at, fixed, type Index, type LoopVar, substitute } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, writtenIn } from '../loop/facts.ts';
import { block, type For, prefetch, type Stmt } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { rewriteStmts, visitStmts } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import type { Step } from './step.ts';

export interface Ask {
  /** What is asked for is of a later turn of this loop. */
  readonly loop: LoopVar;
  /** Where it is asked for: ahead of this loop over lanes. */
  readonly vector: For;
  readonly node: TensorNode;
  /** The first cell that is wanted. */
  readonly index: readonly Index[];
}

/** So many turns of a loop ahead. Undefined where a site is on no vector. */
export function askAhead(
  { node, index, path }: Site,
  loop: LoopVar,
  turns: number,
): Ask | undefined {
  const vector = loopsAlong(path).at(-1);
  if (!index || vector?.mode !== 'vector') return undefined;
  const binding = new Map([
    [loop, at(loop, 1, turns)],
    [vector.loop, fixed(0)],
  ]);
  return { loop, vector, node, index: index.map(ix => substitute(ix, binding)) };
}

/** So much is soon worked through, and of all arrays of a loop it stays in the first cache. */
const bytesAhead = 1024;

/** What the outermost loop on the way to a site walks through there, so many bytes ahead. */
export function askInStream(site: Site): Ask | undefined {
  const [loop] = loopsAlong(site.path);
  if (!loop || !isStream(site)) return undefined;
  return askAhead(site, loop.loop, Math.max(1, Math.floor(bytesAhead / bytesInTurn(site))));
}

/** Whether each turn of the outermost loop on the way goes on where the last one ended. */
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

/** One for each array: that of the last site for which there is one. */
export function asksFor(
  sites: readonly Site[],
  askOf: (site: Site) => Ask | undefined,
): readonly Ask[] {
  const asks = new Map<TensorNode, Ask>();
  for (const site of sites) {
    const ask = askOf(site);
    if (ask) asks.set(site.node, ask);
  }
  return [...asks.values()];
}

/** The statement, which asks for all that; for arrays that it stores to in order to do so. */
export function asking(s: Stmt, asks: readonly Ask[]): Stmt {
  const stored = writtenIn(s);
  return rewriteStmts(s, part => {
    const here = asks.filter(({ vector }) => vector === part);
    if (here.length === 0) return undefined;
    const ahead = here.map(({ node, index }) =>
      prefetch(stored.has(node) ? 'store' : 'read', node, index),
    );
    return block([...ahead, part]);
  });
}

/** What was done, to be printed. */
export function stepOf(asks: readonly Ask[]): Step {
  const arrays = asks.map(({ node }) => node.name);
  const loop = [...new Set(asks.map(ask => ask.loop))].join(', ');
  return { kind: 'prefetch', arrays, loop };
}

export function hasPrefetch(s: Stmt): boolean {
  let has = false;
  visitStmts(s, part => (has ||= part.kind === 'prefetch'));
  return has;
}
