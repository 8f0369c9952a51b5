/**
 * What a pass has decided, and why. A pass must do the same whether anybody listens or not: decisions are for people to
 * read, and for checking that what a program asked for was done.
 */
import type { Costs } from '../core/placement.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Stmt } from '../loop/ir.ts';
import type { NestOverride } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';

export type Decision = ArrayDecision | NestDecision | Refusal;

/** Called with each decision as it is made. */
export type Note = (decision: Decision) => void;

/**
 * `searched`: a one-hot array, read only at its position. `narrowed`: contracted to the part that one turn uses. `shared`:
 * in the shared memory of a block.
 */
export type Fate =
  'dropped' | 'searched' | 'inlined' | 'kept' | 'narrowed' | 'stack' | 'shared' | 'scratch';

export interface ArrayDecision {
  readonly about: 'array';
  readonly node: TensorNode;
  readonly fate: Fate;
  /** The reason, as printed after "dropped:", "kept:" and so on. */
  readonly because: string;
  /** The arrays whose formulas use it. */
  readonly readers?: readonly TensorNode[];
  readonly costs?: Costs | undefined;
  /** The array that replaces it. */
  readonly becomes?: TensorNode;
}

/** A transformation of loops. */
export interface NestDecision {
  readonly about: 'nest';
  readonly step: Step;
  /** What is transformed, and into what; later decisions refer to it by its loops. */
  readonly before: readonly Stmt[];
  readonly after: Stmt;
  /** Alternatives that `einc tune` may try, the most promising first; the first is the one chosen. */
  readonly candidates?: readonly NestOverride[];
}

/** A transformation that was considered for a loop, and why it was not made. */
export interface Refusal {
  readonly about: 'refusal';
  readonly nest: Stmt;
  readonly because: string;
}
