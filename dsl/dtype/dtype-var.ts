/**
 * The dtype of a tensor while a program is being built: decided by what made the tensor, or by what it
 * is computed with, in either direction. What nothing decides has the dtype of the context.
 */
import { type DType, type Span } from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import { cannotHold, type Meeting, ranAlready, type Refusal } from './explain.ts';
import type { Floats } from './floats.ts';

/** Tensors that are computed with each other share one of these: it is bound to that of the others. */
export interface DTypeVar {
  binding: DTypeVar | undefined;
  decision: Decision | undefined;
  /** What must be able to have the dtype, once there is one: numbers, parameters. */
  demands: readonly Demand[];
  /** The contexts' dtypes that routines have taken for it. */
  ranAs: readonly DType[];
  /**
   * Of values that take the dtype of what they meet and decide none: numbers, comparisons, data without
   * a dtype, what is computed from these alone. Such a variable is never bound.
   */
  readonly weak: Weakness | undefined;
}

/**
 * `whole`: without fractions, as 0 and 1, sizes and indices are. `number`: it may have one. Data of
 * the host is of floats whatever it meets: see `Floats`.
 */
export type Weakness = 'whole' | 'number' | Floats;

/** Why a dtype is what it is, in words that stand beside its place. */
export interface Decision {
  readonly dtype: DType;
  readonly text: string;
  readonly span: Span | undefined;
}

export interface Demand {
  readonly accepts: (dtype: DType) => boolean;
  readonly refusal: Refusal;
}

export function openDType(decision?: Decision, demands: readonly Demand[] = []): DTypeVar {
  return { binding: undefined, decision, demands, ranAs: [], weak: undefined };
}

export function weakDType(weak: Weakness): DTypeVar {
  return { binding: undefined, decision: undefined, demands: [], ranAs: [], weak };
}

/** Of what is computed from several such values. */
export function weakestOf(weak: readonly Weakness[]): Weakness {
  const floats = weak.find(w => typeof w === 'object');
  return floats ?? (weak.includes('number') ? 'number' : 'whole');
}

export function resolveDType(variable: DTypeVar): DTypeVar {
  return variable.binding ? resolveDType(variable.binding) : variable;
}

/** The dtype in a context. From then on the program may decide no other. */
export function dtypeIn(variable: DTypeVar, contextDtype: DType): DType {
  const v = resolveDType(variable);
  if (v.decision) return v.decision.dtype;
  if (!v.weak && !v.ranAs.includes(contextDtype)) v.ranAs = [...v.ranAs, contextDtype];
  return contextDtype;
}

/** Asks something of whatever dtype it is or will be. */
export function demand(variable: DTypeVar, asked: Demand, solver: Solver): void {
  const v = resolveDType(variable);
  const { demands } = v;
  v.demands = [...demands, asked];
  solver.onUndo(() => (v.demands = demands));
  check(v);
}

/** Makes two variables one. Both decided, they must have decided alike: that is the caller's to check. */
export function bind(from: DTypeVar, to: DTypeVar, meeting: Meeting, solver: Solver): void {
  const { decision, demands, ranAs } = to;
  from.binding = to;
  to.decision ??= from.decision;
  to.demands = [...demands, ...from.demands];
  to.ranAs = [...ranAs, ...from.ranAs];
  solver.onUndo(() => {
    from.binding = undefined;
    Object.assign(to, { decision, demands, ranAs });
  });
  check(to, meeting);
}

/** `meeting`: what brought together those that say different things. */
function check({ decision, demands, ranAs }: DTypeVar, meeting?: Meeting): void {
  if (!decision) return;
  const refused = demands.find(({ accepts }) => !accepts(decision.dtype));
  if (refused) throw cannotHold(refused.refusal, decision, meeting);
  const other = ranAs.find(dtype => dtype !== decision.dtype);
  if (other) throw ranAlready(other, decision, meeting);
}
