/**
 * Has each cell gather what the taps of a filter add to it from several pixels, in the gradient of a picture, so that its
 * sum stays in a register over all taps. `../schedule/tile/gathered.ts` shows what becomes of a nest. Of an array with
 * margins that nobody reads, as the gradient of a picture has that was put into zeros, the margins go:
 *
 *   before   local g: f32[30, 64];
 *            zero_out g;
 *            for v < 28 { for j < 3 { for c < 64 { for o < 64 { g[v + j, c] += … } } } }
 *            for v < 28 { for c < 64 { y[v, c] := g[v + 1, c]; } }
 *
 *   after    local g: f32[28, 64];
 *            zero_out g;
 *            for v < 28 { for c < 64 { for o < 64 { for j < 3 { when … { g[v, c] += … } } } } }
 *            for v < 28 { for c < 64 { y[v, c] := g[v, c]; } }
 *
 * Pixels and taps that are one cell further a turn, and tiles that have all taps of a term. Not exact: the order of
 * additions changes, to one that is the same for any number of threads. Which sums are gathered depends on the vectors
 * and registers of a processor.
 */
import { loopsIn, rangeOf } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { localsOf, loopsAlong, type Site } from '../loop/facts.ts';
import type { Program, Stmt } from '../loop/ir.ts';
import { sitesByNode } from '../loop/statement-table.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { type Cells, gatheredFrom, stmtOf } from '../schedule/tile/gathered.ts';
import { sumNestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { cutTo } from './cut-array.ts';
import { type Pass, withBody } from './pipeline.ts';

export function gatherTaps(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'gather-taps',
    run: (program, note) => {
      const neededOf = cellsNeeded(program);
      const cut = new Map<TensorNode, readonly Cells[]>();
      const rule = unless('interchange', overrides(program), loop => {
        const sum = sumNestAt(loop);
        if (!sum) return undefined;
        // Only whole nests are considered, not the inner loops of one.
        const gathered = gatheredFrom(sum, neededOf, target);
        if (!gathered) return loop;
        const { leaf, terms, axes } = gathered;
        const after = stmtOf(gathered);
        const step = {
          kind: 'gather',
          array: leaf.node.name,
          over: terms.map(l => l.loop),
        } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        const needed = neededOf(leaf.node);
        cut.set(
          leaf.node,
          needed.map((cells, axis) => (axes.includes(axis) ? cells : allOf(leaf.node, axis))),
        );
        return after;
      });
      const body = rewriteOutermost(program.body, rule);
      const after = [...cut].reduce<Stmt>((s, [node, cells]) => cutTo(s, node, cells), body);
      return withBody(program, after);
    },
  };
}

function allOf({ dims }: TensorNode, axis: number): Cells {
  return { first: 0, last: (dims[axis] ?? 1) - 1 };
}

/** The cells needed of each axis of an array: all, unless one nest adds to it and others only read it later. */
function cellsNeeded(program: Program): (node: TensorNode) => readonly Cells[] {
  const locals = new Set(localsOf(program));
  const sitesOf = sitesByNode(program);
  return node => {
    const all = node.dims.map((_, axis) => allOf(node, axis));
    const [added = [], others = []] = [true, false].map(isAdded =>
      sitesOf(node).filter(({ kind }) => (kind === 'accumulate') === isAdded),
    );
    const reads = others.filter(({ kind }) => kind === 'read');
    const isCut = others.every(({ kind }) => kind === 'read' || kind === 'fill');
    if (!locals.has(node) || added.length !== 1 || reads.length === 0 || !isCut) return all;
    return all.map((cells, axis) => unionOf(reads.map(site => cellsAt(site, axis) ?? cells)));
  };
}

/** Undefined where a static index says which. */
function cellsAt({ index, path }: Site, axis: number): Cells | undefined {
  const ix = index?.[axis];
  const extents = new Map(loopsAlong(path).map(l => [l.loop, l.extent]));
  if (!ix || !loopsIn(ix).every(loop => (extents.get(loop) ?? 0) > 0)) return undefined;
  const { min, max } = rangeOf(ix, loop => extents.get(loop) ?? 0);
  return { first: min, last: max };
}

function unionOf(all: readonly Cells[]): Cells {
  return {
    first: Math.min(...all.map(({ first }) => first)),
    last: Math.max(...all.map(({ last }) => last)),
  };
}
