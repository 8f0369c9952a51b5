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
 * a picture exceeds half of the cache, some of its rows are taken at a time, so that the next ones can arrive meanwhile
 * (`prefetch-blocks`). Each part loads and stores its cell, so the remaining inner sums must still be long.
 */
import { loopsIn } from '../core/index-expr.ts';
import { isOneToOne } from '../core/index-cover.ts';
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { type Accumulate, type For, forLoops, type Stmt } from '../loop/ir.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { cut, type Shared, sharedIn } from '../schedule/tile/cell-blocks.ts';
import { type SumNest, sumNestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';
import {
  bytesRead,
  ofFilters,
  ofProducts,
  type Part,
  partOf,
  readsAgain,
  slides,
} from '../schedule/tile/parts-of-terms.ts';
import { summedFirstAt } from '../schedule/tile/summed-first.ts';
import { lanesOf, type Target } from '../schedule/target.ts';
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
  if (!readsTooMuchAgain(nest, cells, terms, target)) return undefined;
  const share = (): Shared | undefined =>
    sharedIn([outermost, ...others], lanesOf(target, leaf.node.dtype), names);
  const ofFilter = slides(leaf, cells, terms) ? share() : undefined;
  const part = ofFilter
    ? partOf(leaf, ofFilter.inside, terms, ofFilters, target)
    : partOf(leaf, cells, terms, ofProducts, target);
  const shared = part && (ofFilter ?? share());
  return shared && blocked(leaf, part, shared, names);
}

/** Of a convolution itself, each row finds in the cache what the rows before have read. */
function readsTooMuchAgain(
  { loops, leaf }: SumNest,
  cells: readonly For[],
  terms: readonly For[],
  { cacheBytes }: Target,
): boolean {
  const isConvolution = slides(leaf, terms, cells);
  return readsAgain(leaf, cells) && !isConvolution && bytesRead(leaf, loops) > cacheBytes;
}

function blocked(leaf: Accumulate, part: Part, shared: Shared, names: Names): Blocked {
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
