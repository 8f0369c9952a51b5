/** What became of each array of a routine, and why: the decisions of the passes, array by array. */
import { bytesOf, type DType } from '../core/dtype.ts';
import type { Costs } from '../core/placement.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { localsOf } from '../loop/facts.ts';
import type { Program } from '../loop/ir.ts';
import type { ArrayDecision, Fate } from '../passes/decision.ts';
import type { Witnessed } from '../passes/pipeline.ts';

export interface ArrayStory {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: number;
  /** The last of each pass, in the order they were made; of an argument, why it is one. */
  readonly decisions: readonly Told[];
}

export interface Told {
  /** The pass that decided; `settle` if it was decided before there were loops. */
  readonly by: string;
  readonly fate: Fate | 'argument';
  readonly because: string;
  /** The arrays that are computed from it. */
  readonly readers?: readonly string[];
  readonly costs?: Costs;
}

/** `because` says of each argument of the program why it is one. */
export function arrayStories(
  unoptimized: Program,
  because: readonly string[],
  witnessed: readonly Witnessed[],
): readonly ArrayStory[] {
  const told = toldByNode(witnessed);
  const reasons = unoptimized.params.map((node, i): [TensorNode, readonly Told[]] => {
    return [node, [{ by: 'settle', fate: 'argument', because: because[i] ?? '' }]];
  });
  const locals = localsOf(unoptimized).map((node): [TensorNode, readonly Told[]] => {
    return [node, [...(told.get(node)?.values() ?? [])]];
  });
  return [...reasons, ...locals].map(([node, decisions]) => ({
    name: node.name,
    dtype: node.dtype,
    dims: node.dims,
    bytes: cellsOf(node) * bytesOf[node.dtype],
    decisions,
  }));
}

/** A pass that repeats until nothing changes decides several times; the last decision counts. */
function toldByNode(
  witnessed: readonly Witnessed[],
): ReadonlyMap<TensorNode, ReadonlyMap<string, Told>> {
  const byNode = new Map<TensorNode, Map<string, Told>>();
  for (const { pass, decision } of witnessed) {
    if (decision.about !== 'array') continue;
    const { node, becomes } = decision;
    const told = byNode.get(node) ?? new Map<string, Told>();
    byNode.set(node, told);
    if (becomes) byNode.set(becomes, told);
    // A decision with costs is the better reason, so a later one with the same result does not replace it.
    const earlier = told.get(pass);
    if (earlier?.costs && earlier.fate === decision.fate && !decision.costs) continue;
    told.delete(pass);
    told.set(pass, toldOf(pass, decision));
  }
  return byNode;
}

function toldOf(by: string, { fate, because, readers, costs }: ArrayDecision): Told {
  return {
    by,
    fate,
    because,
    ...(readers && { readers: readers.map(({ name }) => name) }),
    ...(costs && { costs }),
  };
}
