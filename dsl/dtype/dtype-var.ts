/**
 * The unknown dtype of a tensor while a program is built: decided by the tensor's definition, or by the tensors that it
 * is computed with, in either direction. If nothing decides it, it is the dtype of the context.
 */
import { type DType, type Span } from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import { cannotHold, type Meeting, ranAlready, type Refusal } from './explain.ts';
import type { Floats } from './floats.ts';

/** Tensors that are computed with each other share one variable: the others are bound to it. */
export interface DTypeVar {
  binding: DTypeVar | undefined;
  decision: Decision | undefined;
  /** Demands, checked once the dtype is decided: from numbers, parameters. */
  demands: readonly Demand[];
  /** The contexts' dtypes that compiled routines have assumed for it. */
  ranAs: readonly DType[];
  /**
   * For values that take the dtype of their use and decide none: numbers, comparisons, data without
   * a dtype, and what is computed from these alone. Such a variable is never bound.
   */
  readonly weak: Weakness | undefined;
  /** How many variables it stands for: itself, those bound to it, and those bound to these. */
  size: number;
}

/**
 * `whole`: integers, such as 0 and 1, sizes and indices. `number`: may have a fraction. Data of
 * the host always counts as floats: see `Floats`.
 */
export type Weakness = 'whole' | 'number' | Floats;

/** The reason for a dtype, as a phrase shown beside its source position. */
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
  return { binding: undefined, decision, demands, ranAs: [], weak: undefined, size: 1 };
}

export function weakDType(weak: Weakness): DTypeVar {
  return { binding: undefined, decision: undefined, demands: [], ranAs: [], weak, size: 1 };
}

/** For what is computed from several such values. */
export function weakestOf(weak: readonly Weakness[]): Weakness {
  const floats = weak.find(w => typeof w === 'object');
  return floats ?? (weak.includes('number') ? 'number' : 'whole');
}

export function resolveDType(variable: DTypeVar): DTypeVar {
  return variable.binding ? resolveDType(variable.binding) : variable;
}

/** The dtype in a context. After that the program may not decide another one. */
export function dtypeIn(variable: DTypeVar, contextDtype: DType): DType {
  const v = resolveDType(variable);
  if (v.decision) return v.decision.dtype;
  if (!v.weak && !v.ranAs.includes(contextDtype)) v.ranAs = [...v.ranAs, contextDtype];
  return contextDtype;
}

/** Adds a demand on the dtype, known or future. */
export function demand(variable: DTypeVar, asked: Demand, solver: Solver): void {
  const v = resolveDType(variable);
  const { demands } = v;
  v.demands = [...demands, asked];
  solver.onUndo(() => (v.demands = demands));
  check(v);
}

/** Unifies two variables. If both are decided, the caller must have checked that they agree. */
export function bind(from: DTypeVar, to: DTypeVar, meeting: Meeting, solver: Solver): void {
  // Where the smaller one is bound to the larger one, the way to a variable that is not bound stays short.
  const [child, root] = from.size > to.size ? [to, from] : [from, to];
  const { decision, demands, ranAs, size } = root;
  child.binding = root;
  Object.assign(root, {
    decision: to.decision ?? from.decision,
    demands: [...to.demands, ...from.demands],
    ranAs: [...to.ranAs, ...from.ranAs],
    size: size + child.size,
  });
  solver.onUndo(() => {
    child.binding = undefined;
    Object.assign(root, { decision, demands, ranAs, size });
  });
  check(root, meeting);
}

/** `meeting`: the operation that combines tensors with different decisions. */
function check({ decision, demands, ranAs }: DTypeVar, meeting?: Meeting): void {
  if (!decision) return;
  const refused = demands.find(({ accepts }) => !accepts(decision.dtype));
  if (refused) throw cannotHold(refused.refusal, decision, meeting);
  const other = ranAs.find(dtype => dtype !== decision.dtype);
  if (other) throw ranAlready(other, decision, meeting);
}
