/** What all fusing passes share: fuse by a rule and shrink the arrays between, until nothing changes. */
import { at } from '../core/index-expr.ts';
import { block, type For, forLoop, type Program, type Stmt, statementsOf } from '../loop/ir.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { type Fusion, fuseNeighbours, Settled } from '../schedule/neighbours.ts';
import { contractArrays } from './contract-arrays.ts';
import type { Note } from './decision.ts';
import { withBody } from './pipeline.ts';

interface FuseOptions {
  readonly note: Note | undefined;
  /** Arrays used by one turn of a fused loop shrink only up to this size. */
  readonly mostBytes?: number | undefined;
}

/** Repeated because a fused loop may become adjacent to others, and loops inside it to each other. */
export function fuseAgain(program: Program, fusion: Fusion, options: FuseOptions): Program {
  const { note, mostBytes: most } = options;
  const settled = new Settled();
  const contraction = { note, most, settled: new WeakSet<Stmt>() };
  const tried = onceForEach(fusion);
  const noted: Fusion = (a, b, around) => {
    const both = tried(a, b, around);
    const step = both && ({ kind: 'fuse', loop: both.loop, turns: both.extent } as const);
    if (step) note?.({ about: 'nest', step, before: [a, b], after: both });
    return both;
  };
  const again = (before: Program): Program => {
    const body = fuseNeighbours(before.body, noted, settled);
    if (body === before.body) return before;
    return again(contractArrays(withBody(before, body), contraction));
  };
  return again(program);
}

/** Two nests that stay two will do so each time, whatever else has become one meanwhile. */
function onceForEach(fusion: Fusion): Fusion {
  const apart = new WeakMap<For, WeakSet<For>>();
  return (a, b, around) => {
    if (around.length > 0) return fusion(a, b, around);
    const others = apart.get(a) ?? new WeakSet();
    if (others.has(b)) return undefined;
    const both = fusion(a, b, around);
    if (!both) apart.set(a, others.add(b));
    return both;
  };
}

/** Two loops as one; `after` is the second one's body in it. */
export function inOneLoop(a: For, b: For): { readonly both: For; readonly after: Stmt } {
  const after = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(after)]));
  return { both, after };
}
