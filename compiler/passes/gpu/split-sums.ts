/**
 * Splits long sums into partial sums of a block's threads, added up by a tree; `../../schedule/gpu/thread-sums.ts` shows the
 * result. Not exact: the order of additions changes, but always to the same one.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { block, type For, forLoops, type Stmt } from '../../loop/ir.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { nestAt } from '../../schedule/nest.ts';
import { noOverrides, unless } from '../../schedule/override.ts';
import { rowsFirst } from '../../schedule/gpu/sum-rows-first.ts';
import { inThreads, threadSumAt } from '../../schedule/gpu/thread-sums.ts';
import { mapSame } from '../../support/list.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function splitSums(overrides = noOverrides): Pass {
  return {
    name: 'split-sums',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('split', overrides(program), loop => splitIn(loop, names, note));
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** The sum of a loop, or those in the turns of a nest. */
function splitIn(loop: For, names: Names, note: Note | undefined): Stmt | undefined {
  const nest = nestAt(loop);
  if (!nest) return split(loop, [], names, note);
  const body = mapSame(nest.body, s =>
    s.kind === 'for' ? (split(s, nest.loops, names, note) ?? s) : s,
  );
  return body === nest.body ? loop : forLoops(nest.loops, block(body));
}

function split(
  loop: For,
  around: readonly For[],
  names: Names,
  note: Note | undefined,
): Stmt | undefined {
  const rows = rowsFirst(loop, around, names);
  if (rows) {
    note?.({ about: 'nest', step: rows.step, before: [loop], after: rows.after });
    return rewriteOutermost(rows.after, s =>
      s.kind === 'for' ? splitIn(s, names, note) : undefined,
    );
  }
  const sum = threadSumAt(loop, around);
  if (!sum) return undefined;
  const after = inThreads(sum, names);
  const [array, over] = [sum.leaf.node.name, sum.along.loop];
  const step = { kind: 'split', array, over, parts: sum.parts } as const;
  note?.({ about: 'nest', step, before: [loop], after });
  return after;
}
