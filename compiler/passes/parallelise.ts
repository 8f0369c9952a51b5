/**
 * Marks the loops that threads share: outermost loops with independent turns and enough work. Exact: a turn does the same
 * on any thread.
 *
 *   before   for i < 512 { for j < 512 { y[i, j] := exp(x[i, j]); } }
 *
 *   after    for i < 512 parallel { for j < 512 { y[i, j] := exp(x[i, j]); } }
 *
 * If such a loop has few turns and contains nothing but another such loop, threads share the turns of both: three turns
 * do not divide evenly among two threads, and leave one of four idle.
 *
 * If the turns of the outermost loop depend on each other, as in a sum over it, nothing is marked: an inner parallel
 * loop would hand work to threads in each of its turns.
 */
import type { LoopVar } from '../core/index-expr.ts';
import { grouped } from '../support/count.ts';
import { mapSame } from '../support/list.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, statementsOf } from '../loop/ir.ts';
import { noOverrides, type NestOverride } from '../schedule/override.ts';
import { workOf } from '../schedule/work.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

/**
 * The least work of a parallel loop (see `workOf`). Handing turns to other threads and waiting for them takes up to 4 µs
 * while those threads spin, and 25 µs if they sleep. This much work takes 5 µs on vectors and in the cache, so that
 * little is lost, and 60 µs cell by cell.
 */
export const leastWork = 2 ** 18;

export const parallelise: Pass = paralleliseFrom(leastWork);

/** For loops that have at least so much to do. */
export function paralleliseFrom(least: number, overrides = noOverrides): Pass {
  return {
    name: 'parallelise',
    run: (program, note) => {
      const statements = statementsOf(program.body);
      const overrideOf = overrides(program);
      const after = mapSame(statements, s =>
        s.kind === 'for' ? marked(s, least, obstacle(s, least, overrideOf(s)), note) : s,
      );
      return after === statements ? program : withBody(program, block(after));
    },
  };
}

function marked(
  loop: For,
  least: number,
  because: string | undefined,
  note: Note | undefined,
): For {
  if (loop.mode !== 'serial') return loop;
  if (because !== undefined) {
    note?.({ about: 'refusal', nest: loop, because });
    return loop;
  }
  const { after, loops, turns } = shared(loop, least);
  const step = { kind: 'parallelise', loop: loops.join(', '), turns } as const;
  note?.({ about: 'nest', step, before: [loop], after });
  return after;
}

/** As many turns are shared evenly enough by any number of threads. */
const manyTurns = 64;

/** With the loops in it that are shared too, so that there are many turns, and not too little for one. */
function shared(
  loop: For,
  least: number,
  turnsAround = 1,
): { readonly after: For; readonly loops: readonly LoopVar[]; readonly turns: number } {
  const turns = turnsAround * loop.extent;
  const [inner, ...others] = statementsOf(loop.body);
  const isAlone = others.length === 0 && inner?.kind === 'for' && inner.mode === 'serial';
  const isWorthIt = turns < manyTurns && isAlone && workOf(inner.body) >= least / manyTurns;
  const rest = isWorthIt && isIndependent(inner) ? shared(inner, least, turns) : undefined;
  const after = forLoop(loop.loop, loop.extent, rest?.after ?? loop.body, 'parallel');
  return { after, loops: [loop.loop, ...(rest?.loops ?? [])], turns: rest?.turns ?? turns };
}

/** Why the turns of a loop stay on one thread. */
function obstacle(loop: For, least: number, { parallel }: NestOverride): string | undefined {
  if (parallel === false) return 'its schedule says so';
  if (loop.extent < 2) return 'it has one turn';
  const work = workOf(loop);
  if (work < least && parallel !== true) {
    return `${grouped(work)} operations are too few`;
  }
  return isIndependent(loop) ? undefined : 'its turns need each other';
}
