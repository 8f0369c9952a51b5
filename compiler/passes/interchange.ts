/**
 * Moves the loops over a filter's taps outside those over pixels, so that for one tap no two pixels add to the same
 * cell, and a tile of pixels can be summed at once.
 *
 *   before   for h < 28 { for k < 3 { for i < 64 { for o < 64 { x[h + k, i] += y[h, o] * w[o, k, i]; } } } }
 *   after    for k < 3 { for h < 28 { for i … { for o … { x[h - k + 2, i] += y[h, o] * w[o, 2 - k, i]; } } } }
 *
 * Exact: each cell gets its terms in the same order. Proof: take two turns of the nest that add to the same cell. A loop
 * that is a subscript by itself has the same value in both. Of a pair `a*h + b*k`, with `a` and `b` of one sign, either both
 * loops differ or neither does, and if `h` is larger `k` is smaller. Loops outside the first loop of a pair must be
 * subscripts by themselves, or belong to another pair. So the order of the two turns is decided by the first loop of
 * the first pair that differs; if none differs, by the other loops. With one loop of each pair moved to the front, in
 * the order of the pairs' first loops, that pair's moved loop decides: in the same direction if it was the first of
 * its pair, in the opposite direction if it was the second, which is why it then runs backwards.
 */
import {
  at,
  type Index,
  isLoop,
  type LoopTerm,
  loopsIn,
  type LoopVar,
} from '../core/index-expr.ts';
import { type For, forLoops, type Stmt } from '../loop/ir.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { type SumNest, sumNestAt, turnsIn } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { greatestDivisor } from '../support/divisor.ts';
import { type Pass, withBody } from './pipeline.ts';

export function interchange(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'interchange',
    run: (program, note) => {
      const rule = unless('interchange', overrides(program), loop => {
        const sum = turnsIn(loop) >= target.leastTurns ? sumNestAt(loop) : undefined;
        const found = sum && reordered(sum);
        if (!found) return undefined;
        const step = { kind: 'interchange', moved: found.moved.map(l => l.loop) } as const;
        note?.({ about: 'nest', step, before: [loop], after: found.after });
        return found.after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

interface Reordered {
  readonly moved: readonly For[];
  readonly after: Stmt;
}

/** Undefined where the loops stay as they are. */
function reordered({ loops, leaf }: SumNest): Reordered | undefined {
  const subscripts = leaf.index.map(index => termsAmong(loops, index));
  const named = leaf.index.flatMap(loopsIn);
  // Without a sum inside, moved loops would only walk over the array more often.
  if (loops.every(({ loop }) => named.includes(loop))) return undefined;
  const pairs = subscripts
    .flatMap(terms => pairIn(terms, loops) ?? [])
    .filter(({ first, second }) => [first, second].every(l => isNamedOnce(l, named)))
    .toSorted((p, q) => loops.indexOf(p.first) - loops.indexOf(q.first));
  const [outermost, last] = [pairs[0], pairs.at(-1)];
  if (!outermost || !last) return undefined;
  const alone = new Set(
    subscripts.flatMap(terms => (terms?.length === 1 ? terms : [])).map(t => t.loop),
  );
  const paired = new Set(pairs.flatMap(({ first, second }) => [first, second]));
  const outside = loops.slice(0, loops.indexOf(last.first));
  if (!outside.every(l => paired.has(l) || alone.has(l.loop))) return undefined;
  const moved = pairs.map(p => p.moved);
  const start = loops.indexOf(outermost.first);
  const order = [
    ...loops.slice(0, start),
    ...moved,
    ...loops.slice(start).filter(l => !moved.includes(l)),
  ];
  if (order.every((l, i) => l === loops[i])) return undefined;
  const backwards = pairs.filter(p => p.isTurned).map(p => p.moved);
  const binding = new Map(backwards.map(l => [l.loop, at(l.loop, -1, l.extent - 1)]));
  const body = substituteLoopsIn(leaf, binding);
  return { moved, after: forLoops(order, body) };
}

/** The loops of a nest in a subscript; undefined where one is in a digit. */
function termsAmong(loops: readonly For[], { terms }: Index): readonly LoopTerm[] | undefined {
  const own = new Set(loops.map(l => l.loop));
  const isDigit = terms.some(t => !isLoop(t) && loopsIn(t.digit.of).some(l => own.has(l)));
  return isDigit ? undefined : terms.filter(isLoop).filter(t => own.has(t.loop));
}

function isNamedOnce({ loop }: For, named: readonly LoopVar[]): boolean {
  return named.indexOf(loop) === named.lastIndexOf(loop);
}

/** Two loops that share a subscript and reach some of its values more than once. */
interface Pair {
  /** The one further out. */
  readonly first: For;
  readonly second: For;
  /** The shorter one. */
  readonly moved: For;
  /** Whether that one has to run backwards. */
  readonly isTurned: boolean;
}

function pairIn(terms: readonly LoopTerm[] | undefined, loops: readonly For[]): Pair | undefined {
  if (terms?.length !== 2) return undefined;
  const [first, second] = loops.filter(l => terms.some(t => t.loop === l.loop));
  const [a, b] = [first, second].map(l => terms.find(t => t.loop === l?.loop)?.coeff);
  if (!first || !second || !a || !b || !isShared(first, a, second, b)) return undefined;
  const moved = second.extent < first.extent ? second : first;
  return { first, second, moved, isTurned: moved === second && a * b > 0 };
}

/** Whether `a*h + b*k` is the same for some other `h` and `k`: the nearest are these far. */
function isShared(h: For, a: number, k: For, b: number): boolean {
  const common = greatestDivisor(Math.abs(a), Math.abs(b));
  return Math.abs(b) / common < h.extent && Math.abs(a) / common < k.extent;
}
