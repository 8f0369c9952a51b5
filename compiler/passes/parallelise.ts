/**
 * Marks loops whose turns may run on several threads: those that stand in no other loop, whose turns
 * need nothing of each other, and that have enough to do. Exact: a turn does the same on any thread.
 *
 *   before   for i < 512 { for j < 512 { y[i, j] := exp(x[i, j]); } }
 *
 *   after    for i < 512 parallel { for j < 512 { y[i, j] := exp(x[i, j]); } }
 *
 * Where the turns of the outermost loop need each other, as in a sum over it, all stays as it is: a
 * loop inside would hand work over in each of its turns.
 */
import { grouped } from '../support/count.ts';
import { mapSame } from '../support/list.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, statementsOf } from '../loop/ir.ts';
import { noOverrides, type NestOverride } from '../schedule/override.ts';
import { workOf } from '../schedule/work.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

/**
 * What a loop must have to do, next to one addition. To hand turns to other threads and wait for them
 * takes up to 4 µs while those threads spin, and 25 µs when they sleep. This much takes 5 µs where it runs
 * on vectors and in the cache, so that little is lost, and 60 µs where it goes cell by cell.
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
        s.kind === 'for' ? marked(s, obstacle(s, least, overrideOf(s)), note) : s,
      );
      return after === statements ? program : withBody(program, block(after));
    },
  };
}

function marked(loop: For, because: string | undefined, note: Note | undefined): For {
  if (loop.mode !== 'serial') return loop;
  if (because !== undefined) {
    note?.({ about: 'refusal', nest: loop, because });
    return loop;
  }
  const after = forLoop(loop.loop, loop.extent, loop.body, 'parallel');
  const step = { kind: 'parallelise', loop: loop.loop, turns: loop.extent } as const;
  note?.({ about: 'nest', step, before: [loop], after });
  return after;
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
