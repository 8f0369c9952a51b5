/**
 * Takes sums over more than a cache holds in parts: all sums over one picture, then all over the
 * next, where each sum would go through all pictures by itself.
 *
 *   before   for o < 64 { for i < 64 { for b < 32 { for p < 784 { w[o, i] += y[b, p, o] * x[b, p, i]; } } } }
 *
 *   after    for o_block < 4 { for b < 32 {
 *              for o < 16 { for i < 64 { for p < 784 { w[16*o_block + o, i] += … } } }
 *            } }
 *
 * Exact: each cell gets its terms in the order it did. Blocks of the outermost loop stay outside, for
 * threads to share. Only where the loops inside make a long sum still, as each part loads and
 * stores its cell.
 */
import { at, loopsIn, loopVar, plus, rangeOf } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { isOneToOne } from '../core/index-cover.ts';
import { Names } from '../core/names.ts';
import { namesIn, type Site, sitesUnder } from '../loop/facts.ts';
import { type Accumulate, type For, forLoop, forLoops, type Stmt } from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { type SumNest, sumNestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';
import type { Target } from '../schedule/target.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function blockReductions(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'block-reductions',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('block', overrides(program), loop => {
        const nest = sumNestAt(loop);
        const found = nest && inParts(nest, target, names);
        if (!found) return undefined;
        const { step, after } = found;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

interface Blocked {
  readonly step: Step;
  readonly after: Stmt;
}

/** Undefined where the nest stays as it is. */
function inParts(nest: SumNest, target: Target, names: Names): Blocked | undefined {
  const { loops, leaf } = nest;
  const named = new Set(leaf.index.flatMap(loopsIn));
  const cells = loops.filter(l => named.has(l.loop));
  const terms = loops.slice(cells.length);
  const [outermost, ...others] = cells;
  const isSorted = cells.every((l, i) => l === loops[i]);
  if (!outermost || !isSorted || !isOneToOne(leaf.index, cells)) return undefined;
  const moved = readsAgain(leaf, cells) ? movedOut(nest, terms, target) : undefined;
  const size = blockOf(outermost.extent);
  if (!moved || size === undefined) return undefined;
  const block = loopVar(names.fresh(`${stemOf(outermost.loop)}_block`));
  const turn = plus(at(block, size), at(outermost.loop));
  const inner = [{ ...outermost, extent: size }, ...others, ...terms.slice(moved.length)];
  const body = forLoops(inner, substituteLoopsIn(leaf, new Map([[outermost.loop, turn]])));
  return {
    step: { kind: 'block', loop: outermost.loop, size, outside: moved.map(l => l.loop) },
    after: forLoop(block, outermost.extent / size, forLoops(moved, body)),
  };
}

/** The fewest outer loops of a sum such that what one of their turns reads fits in the cache. */
function movedOut(
  nest: SumNest,
  terms: readonly For[],
  { cacheBytes, leastTurns }: Target,
): readonly For[] | undefined {
  if (bytesRead(nest, []) <= cacheBytes) return undefined;
  const leastTerms = leastTurns / 32;
  const counts = terms.map((_, i) => i + 1);
  const most = counts.findLast(n => product(terms.slice(n).map(l => l.extent)) >= leastTerms) ?? 0;
  const count = counts.find(n => n <= most && bytesRead(nest, terms.slice(0, n)) <= cacheBytes);
  return count === undefined ? undefined : terms.slice(0, count);
}

/** In all turns of the nest while some of its loops stand still. */
function bytesRead({ loops, leaf }: SumNest, still: readonly For[]): number {
  const turning = new Map(loops.filter(l => !still.includes(l)).map(l => [l.loop, l.extent]));
  const bytes = readsOf(leaf).map(({ node, index }) => {
    const ranges = index?.map(ix => rangeOf(ix, loop => turning.get(loop) ?? 1));
    const dims = ranges?.map(({ min, max }) => max - min + 1) ?? node.dims;
    return product(dims) * bytesOf[node.dtype];
  });
  return bytes.reduce((total, each) => total + each, 0);
}

/** Whether sums of different cells read the same: else one after the other reads all just once. */
function readsAgain(leaf: Accumulate, cells: readonly For[]): boolean {
  return readsOf(leaf).every(({ index }) => {
    const named = new Set(index?.flatMap(loopsIn));
    return cells.some(l => !named.has(l.loop));
  });
}

function readsOf(leaf: Accumulate): readonly Site[] {
  return sitesUnder(leaf).filter(site => site.kind === 'read');
}

/** So many turns that a tile has rows enough; undefined where that leaves some over. */
function blockOf(extent: number): number | undefined {
  const sizes = [16, 15, 14, 13, 12, 11, 10, 9, 8];
  return sizes.find(size => extent % size === 0 && extent > size);
}
