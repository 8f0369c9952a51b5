/** Infers which arrays of a piece of code have the same dtype, from its scalar expressions. */
import {
  type Assign,
  type DType,
  holds,
  infoOf,
  kindOf,
  type Scalar,
  type Span,
} from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import {
  bind,
  demand,
  type Demand,
  type DTypeVar,
  openDType,
  resolveDType,
  weakestOf,
  type Weakness,
} from './dtype-var.ts';
import { aOr, convertHelp, type Meeting, mismatch } from './explain.ts';
import { type Floats, floatsMismatch, floatsRefusal } from './floats.ts';

/** An array's name in messages, and its dtype. */
export interface Typed {
  readonly dtype: DTypeVar;
  readonly text: string | undefined;
  readonly span: Span | undefined;
  /** For a number. */
  readonly value?: number | undefined;
}

/** The code under inference: its arrays, its source position, and where inferred facts are recorded. */
export interface Inference<N> {
  readonly typed: (node: N) => Typed;
  readonly meeting: Meeting;
  readonly solver: Solver;
}

/** Values that decide no dtype. */
interface Weak {
  readonly weak: Weakness;
  readonly text?: string | undefined;
  readonly span?: Span | undefined;
  readonly value?: number | undefined;
}

type Found = Typed | Weak;

/** The dtype of a scalar expression; unifies the dtypes of operands. */
export function inferScalar<N>(scalar: Scalar<N>, inference: Inference<N>): Found {
  switch (scalar.kind) {
    case 'const':
      return { weak: 'number', value: scalar.value, text: String(scalar.value) };
    case 'symbol':
    case 'position':
      return { weak: 'whole' };
    case 'access':
      return foundOf(inference.typed(scalar.node));
    case 'apply': {
      const found = scalar.args.map(arg => inferScalar(arg, inference));
      const { result, operands, fromBits } = infoOf(scalar.op);
      if (operands) return takenAs(operands, scalar.op, inference.meeting);
      if (fromBits) return fraction(inference.meeting);
      const met = meet(result === 'where' ? found.slice(1) : found, inference);
      return result === 'bool' ? { weak: 'whole' } : met;
    }
  }
}

function foundOf(typed: Typed): Found {
  const { weak } = resolveDType(typed.dtype);
  return weak ? { ...typed, weak } : typed;
}

/** The result of an op that converts its operands to a dtype. */
function takenAs(dtype: DType, op: string, { span }: Meeting): Typed {
  const decision = { dtype, text: `\`${op}\` gives ${dtype}`, span };
  return { dtype: openDType(decision), text: undefined, span };
}

/** A number in [0, 1) in the float dtype of its use. */
function fraction({ operator, span }: Meeting): Typed {
  const asked: Demand = {
    accepts: dtype => kindOf(dtype) === 'float',
    refusal: {
      code: 'EINC0604',
      message: dtype =>
        `\`${operator}\` gives fractions, and ${aOr(dtype)}, which they meet here, has none`,
      span,
      help: dtype => convertHelp(dtype, `${operator}(…)`),
    },
  };
  return { dtype: openDType(undefined, [asked]), text: undefined, span };
}

/** Unifies the dtypes of an assigned value and its target. */
export function inferAssign<N>(a: Assign<N, unknown>, inference: Inference<N>): void {
  meet([foundOf(inference.typed(a.target.node)), inferScalar(a.value, inference)], inference);
}

function isWeak(found: Found): found is Weak {
  return 'weak' in found;
}

function isTyped(found: Found): found is Typed {
  return !isWeak(found);
}

function meet<N>(found: readonly Found[], { meeting, solver }: Inference<N>): Found {
  const strong = found.filter(isTyped);
  const [first, ...others] = strong;
  if (!first) {
    const [only, second] = found;
    if (only && !second && only.value === undefined) return only;
    const weak = weakestOf(found.filter(isWeak).map(f => f.weak));
    return { weak: weak === 'whole' ? 'number' : weak };
  }
  for (const other of others) unify(first, other, meeting, solver);
  for (const weak of found.filter(isWeak)) {
    if (weak.weak === 'whole') continue;
    if (weak.weak === 'number') demand(first.dtype, numberDemand(weak), solver);
    else meetFloats(weak, weak.weak, first, meeting, solver);
  }
  return first;
}

function unify(a: Typed, b: Typed, meeting: Meeting, solver: Solver): void {
  const [x, y] = [resolveDType(a.dtype), resolveDType(b.dtype)];
  if (x === y) return;
  if (x.decision && y.decision && x.decision.dtype !== y.decision.dtype) {
    throw mismatch(
      meeting,
      { text: a.text, reason: x.decision },
      { text: b.text, reason: y.decision },
    );
  }
  bind(y, x, meeting, solver);
}

/** If the other's dtype is decided, an error is reported now; otherwise it must become a float. */
function meetFloats(
  { text, span }: Weak,
  floats: Floats,
  other: Typed,
  meeting: Meeting,
  solver: Solver,
): void {
  const accepts = (dtype: DType): boolean => kindOf(dtype) === 'float';
  const { decision } = resolveDType(other.dtype);
  if (!decision) {
    demand(other.dtype, { accepts, refusal: floatsRefusal({ text, span, floats }) }, solver);
  } else if (!accepts(decision.dtype)) {
    throw floatsMismatch(meeting, { text, floats }, { text: other.text, reason: decision });
  }
}

/** A known number must be representable in the dtype; any other may have a fraction. */
function numberDemand({ value, text, span }: Weak): Demand {
  if (value !== undefined) {
    return {
      accepts: dtype => holds(dtype, value),
      refusal: {
        code: 'EINC0604',
        message: dtype => `${value} is not ${aOr(dtype)}, which it meets here`,
        span,
        help: dtype => convertHelp(dtype, undefined),
      },
    };
  }
  const what = text === undefined ? 'a number' : `\`${text}\``;
  return {
    accepts: dtype => kindOf(dtype) === 'float',
    refusal: {
      code: 'EINC0604',
      message: dtype =>
        `${what} may have a fraction, and ${aOr(dtype)}, which it meets here, has none`,
      span,
      help: dtype => convertHelp(dtype, text ?? '…'),
    },
  };
}
