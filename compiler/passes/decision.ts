/**
 * What a pass has decided, and why, in its own words. A pass does the same whether anybody listens or
 * not; what is said is for people, and for checks of what they asked for.
 */
import type { Costs } from '../core/placement.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Stmt } from '../loop/ir.ts';
import type { NestOverride } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';

export type Decision = ArrayDecision | NestDecision | Refusal;

/** Told each decision where it is made. */
export type Note = (decision: Decision) => void;

/**
 * `searched`: its one cell that is not 0 is read at its position. `narrowed`: a part of it is enough.
 * `shared`: by the threads of a block.
 */
export type Fate =
  'dropped' | 'searched' | 'inlined' | 'kept' | 'narrowed' | 'stack' | 'shared' | 'scratch';

export interface ArrayDecision {
  readonly about: 'array';
  readonly node: TensorNode;
  readonly fate: Fate;
  /** After "dropped:", "kept:" and so on. */
  readonly because: string;
  /** The arrays whose formulas use it. */
  readonly readers?: readonly TensorNode[];
  readonly costs?: Costs | undefined;
  /** What stands for it from here on. */
  readonly becomes?: TensorNode;
}

/** A transformation of loops. */
export interface NestDecision {
  readonly about: 'nest';
  readonly step: Step;
  /** What is transformed, and into what: later decisions know it by the loops in it. */
  readonly before: readonly Stmt[];
  readonly after: Stmt;
  /** What could be asked for instead, the likeliest first; the very first is what was chosen. */
  readonly candidates?: readonly NestOverride[];
}

/** A transformation that was looked at for a loop, and why it was not made. */
export interface Refusal {
  readonly about: 'refusal';
  readonly nest: Stmt;
  readonly because: string;
}
