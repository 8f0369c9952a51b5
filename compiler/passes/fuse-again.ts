/** What all passes that fuse loops do: by a rule, again until nothing changes, with arrays that shrink on the way. */
import { at } from '../core/index-expr.ts';
import { block, type For, forLoop, type Program, type Stmt, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { type Fusion, fuseNeighbours } from '../schedule/neighbours.ts';
import { contractArrays } from './contract-arrays.ts';
import type { Note } from './decision.ts';
import { withBody } from './pipeline.ts';

interface FuseOptions {
  readonly note: Note | undefined;
  /** Of an array that only one turn of a fused loop uses: with more it stays whole. */
  readonly mostBytes?: number | undefined;
}

/** A fused loop may pass others or meet them, and loops that stand in it may be fused then. */
export function fuseAgain(program: Program, fusion: Fusion, options: FuseOptions): Program {
  const { note, mostBytes } = options;
  const body = fuseNeighbours(program.body, (a, b, around) => {
    const both = fusion(a, b, around);
    const step = both && ({ kind: 'fuse', loop: both.loop, turns: both.extent } as const);
    if (step) note?.({ about: 'nest', step, before: [a, b], after: both });
    return both;
  });
  if (body === program.body) return program;
  return fuseAgain(contractArrays(withBody(program, body), note, mostBytes), fusion, options);
}

/** A loop that does in each turn what both do, the first first; `after` is what the second one does there. */
export function inOneLoop(a: For, b: For): { readonly both: For; readonly after: Stmt } {
  const after = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(after)]));
  return { both, after };
}
