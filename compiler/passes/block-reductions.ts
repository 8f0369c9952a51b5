/**
 * Blocks sums that each read more than a cache holds: all sums over one picture, then all over the next, instead of
 * each sum over all pictures.
 *
 *   before   for o < 64 { for i < 64 { for b < 32 { for p < 784 { w[o, i] += y[b, p, o] * x[b, p, i]; } } } }
 *
 *   after    for o_block < 4 { for b < 32 {
 *              for o < 16 { for i < 64 { for p < 784 { w[16*o_block + o, i] += … } } }
 *            } }
 *
 * A sum in a scalar that is used at once, as in the update of a weight, becomes a sum into an array first
 * (`../schedule/tile/summed-first.ts`).
 *
 * Exact: each cell gets its terms in the same order. Blocks of the outermost loop stay outside, for threads to share. If
 * a picture exceeds the cache, some of its rows are taken at a time. Each part loads and stores its cell, so the
 * remaining inner sums must still be long.
 */
import { loopsIn, rangeOf } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { isOneToOne } from '../core/index-cover.ts';
import { Names } from '../core/names.ts';
import { namesIn, type Site, sitesUnder } from '../loop/facts.ts';
import { type Accumulate, type For, forLoops, type Stmt } from '../loop/ir.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { cut, sharedIn } from '../schedule/tile/cell-blocks.ts';
import { type SumNest, sumNestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';
import { summedFirstAt } from '../schedule/tile/summed-first.ts';
import { lanesOf, type Target } from '../schedule/target.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function blockReductions(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'block-reductions',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('block', overrides(program), loop => {
        const found = inPartsAt(loop, target, names);
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

function inPartsAt(loop: For, target: Target, names: Names): Blocked | undefined {
  const nest = sumNestAt(loop);
  if (nest) return inParts(nest, target, names);
  const first = summedFirstAt(loop);
  const found = first && inParts(first.nest, target, names);
  return found && { ...found, after: first.around(found.after, names) };
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
  const part = readsAgain(leaf, cells) ? partOf(nest, terms, target) : undefined;
  const shared = part && sharedIn([outermost, ...others], lanesOf(target, leaf.node.dtype), names);
  if (!shared) return undefined;
  const last = part.cut && cut(part.cut.of, part.cut.size, names);
  const outside = [...part.outside, ...(last ? [last.blocks] : [])];
  const inner = [...shared.inside, ...(last ? [last.inside] : []), ...part.inside];
  const turns = new Map([...shared.turns, ...(last ? [last.turn] : [])]);
  const body = forLoops(inner, substituteLoopsIn(leaf, turns));
  const cutSizes = part.cut ? [`${part.cut.of.loop} by ${part.cut.size}`] : [];
  const moved = [...part.outside.map(l => l.loop), ...cutSizes];
  return {
    step: { kind: 'block', loop: shared.loop, size: shared.size, outside: moved },
    after: forLoops([shared.blocks, ...outside], body),
  };
}

/** Some terms of a sum, and the loops around them: whole loops, then possibly the blocks of a divided one. */
interface Part {
  readonly outside: readonly For[];
  readonly cut?: { readonly of: For; readonly size: number };
  readonly inside: readonly For[];
}

/** Terms of a part, as each loads and stores its cell. */
const shareOfLeastTurns = { whole: 1 / 32, cut: 1 / 64 };

/**
 * The fewest outer loops of a sum outside such that what the others read fits in the cache; or, where a part
 * would be too short or does not fit, with some turns of the next loop in each.
 */
function partOf(
  nest: SumNest,
  terms: readonly For[],
  { cacheBytes, leastTurns }: Target,
): Part | undefined {
  if (bytesRead(nest, []) <= cacheBytes) return undefined;
  const isPart = (outside: readonly For[], turning: readonly For[], share: number): boolean =>
    product(turning.map(l => l.extent)) >= leastTurns * share &&
    bytesRead(nest, outside, turning) <= cacheBytes;
  const splits = terms.map((_, i) => [terms.slice(0, i + 1), terms.slice(i + 1)] as const);
  const whole = splits.find(([out, inside]) => isPart(out, inside, shareOfLeastTurns.whole));
  if (whole) return { outside: whole[0], inside: whole[1] };
  for (const [i, of] of terms.slice(1).entries()) {
    const [outside, inside] = [terms.slice(0, i + 1), terms.slice(i + 2)];
    const size = divisorsOf(of.extent).find(n =>
      isPart(outside, [{ ...of, extent: n }, ...inside], shareOfLeastTurns.cut),
    );
    if (size !== undefined) return { outside, cut: { of, size }, inside };
  }
  return undefined;
}

/** Divisors except 1 and the number itself, the largest first. */
function divisorsOf(extent: number): readonly number[] {
  const numbers = Array.from({ length: Math.max(0, extent - 2) }, (_, i) => extent - 1 - i);
  return numbers.filter(n => extent % n === 0);
}

/** The bytes read by the nest while some of its loops are fixed and others have fewer iterations. */
function bytesRead(
  { loops, leaf }: SumNest,
  still: readonly For[],
  fewer: readonly For[] = [],
): number {
  const extents = new Map(loops.filter(l => !still.includes(l)).map(l => [l.loop, l.extent]));
  const turning = new Map([...extents, ...fewer.map(l => [l.loop, l.extent] as const)]);
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
