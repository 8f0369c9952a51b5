import {
  type DType,
  holds,
  type Initial,
  kindOf,
  type Span,
  UserError,
  type Value,
} from '../../compiler/index.ts';
import type { Demand } from './dtype-var.ts';
import { aOr, convertHelp } from './explain.ts';

interface Checked {
  readonly label: string | undefined;
  readonly hint: string;
  readonly span: Span | undefined;
}

/** The initial values that a program gives for integers and bools must be representable. */
export function checkInitial(initial: Initial, dtype: DType, { label, hint, span }: Checked): void {
  const given = valuesOf(initial);
  const cell = firstMisfit(dtype, given);
  if (cell < 0) return;
  throw new UserError({
    code: 'EINC0604',
    message: `\`${label ?? hint}\` is ${dtype}, but its value ${given[cell]} (cell ${cell}) is not ${aOr(dtype)}`,
    labels: span ? [{ span }] : [],
    help: ['give it whole numbers within the range of the dtype, or a dtype of floats'],
  });
}

/** For values that take the dtype of their use: each must be representable in it. */
export function valuesDemand(values: readonly number[], span: Span): Demand {
  return {
    accepts: dtype => firstMisfit(dtype, values) < 0,
    refusal: {
      code: 'EINC0604',
      message: dtype =>
        `${values[firstMisfit(dtype, values)]} is not ${aOr(dtype)}, which it meets here`,
      span,
      help: dtype => convertHelp(dtype, undefined),
    },
  };
}

function valuesOf(initial: Initial): ArrayLike<Value> {
  if (initial.kind === 'values') return initial.values;
  return initial.kind === 'fill' ? [initial.value] : [];
}

/** -1 if all are. */
export function firstMisfit(dtype: DType, values: ArrayLike<Value>): number {
  if (kindOf(dtype) === 'float') return -1;
  for (let i = 0; i < values.length; i++) if (!holds(dtype, values[i] ?? NaN)) return i;
  return -1;
}
