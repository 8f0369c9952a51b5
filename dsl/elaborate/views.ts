/** The named functions that move cells: `flip(x)`, `concat(a, b)`, `reshape(x; o = [4, _])`. */
import { invariant, type UserError } from '../../compiler/index.ts';
import type { Operation } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Apply, Expr } from '../language/ast.ts';
import type { ViewName } from '../ops/names.ts';
import { concat, pad, repeat, reshape, sliceAlong, transposition } from '../ops/views.ts';
import { fail } from './errors.ts';
import { type PickContext, sliceOf } from './picks.ts';
import { newRows, numberAt, type NumberArgument } from './view-arguments.ts';

export interface ViewContext extends PickContext {
  readonly tensor: (e: Expr) => Tensor;
  readonly tensors: (es: readonly Expr[]) => readonly Tensor[];
  /** Applies an operation to operands; `isLast` for the operation of the result. */
  readonly apply: (operation: Operation, operands: readonly Tensor[], isLast: boolean) => Tensor;
}

/** One application: its first operand, the numbers after it, and the function that builds the result. */
interface Viewing {
  readonly x: Tensor;
  readonly numbers: readonly NumberArgument[];
  readonly application: Apply;
  readonly context: ViewContext;
}

interface View {
  /** The least and greatest number of operands. */
  readonly arity: readonly [least: number, most: number];
  readonly make: (viewing: Viewing) => Tensor;
}

/** All but `concat` take one tensor first and then numbers. */
const views: Readonly<Record<Exclude<ViewName, 'concat'>, View>> = {
  transpose: { arity: [1, 1], make: v => result(v, transposition) },
  flatten: { arity: [1, 1], make: v => result(v, reshape({ output: [undefined] }, 'flatten')) },
  reshape: {
    arity: [1, 1],
    make: v => result(v, reshape(newRows(v.application, v.context), 'reshape')),
  },
  flip: {
    arity: [1, 2],
    make: v => result(v, sliceAlong(axisAt(v, 0), sliceOf(undefined, undefined, -1), 'flip')),
  },
  roll: { arity: [2, 3], make: rolled },
  pad: {
    arity: [3, 5],
    make: v => {
      const [before, after, value] = v.numbers;
      const margins = [before?.count() ?? 0, after?.count() ?? 0] as const;
      return result(v, pad(margins, value?.number ?? 0, axisAt(v, 3), v.application.span));
    },
  },
  repeat: {
    arity: [2, 3],
    make: v => result(v, repeat(timesOf(v), axisAt(v, 1), v.application.span)),
  },
  tile: {
    arity: [2, 3],
    make: v => {
      const copies = Array.from({ length: timesOf(v) }, () => v.x);
      const { span } = v.application;
      return v.context.apply(concat(copies.length, axisAt(v, 1), span, 'tile'), copies, true);
    },
  },
};

export function applyView(name: ViewName, application: Apply, context: ViewContext): Tensor {
  const { args, span } = application;
  const [least, most] = name === 'concat' ? [1, Infinity] : views[name].arity;
  if (args.length < least || args.length > most) {
    const takes = most === Infinity ? 'tensors' : argumentsFrom(least, most);
    throw fail('EINC0207', `\`${name}\` takes ${takes}, not ${args.length}`, span);
  }
  if (name === 'concat') {
    const last = args.at(-1);
    const number = last?.kind === 'prefix' && last.op === '-' ? last.operand : last;
    if (args.length > 1 && last && number?.kind === 'number') throw axisOfConcat(last);
    return context.apply(concat(args.length, 0, span, name), context.tensors(args), true);
  }
  const [first, ...others] = args;
  invariant(first, () => `${name} of nothing`);
  const x = context.tensor(first);
  const numbers = others.map(arg => numberAt(arg, context));
  return views[name].make({ x, numbers, application, context });
}

/** `concat(x, y, 1)`: its arguments are tensors, however many, so it is not told an axis. */
function axisOfConcat({ span }: Expr): UserError {
  return fail('EINC0316', '`concat` takes tensors, and no axis', span, {
    help: [
      'along another axis than the first: (x, y) ++^ "i, a; i, b => i, a^b"',
      'to append a number: concat(x, [0])',
    ],
  });
}

function argumentsFrom(least: number, most: number): string {
  const counts = least === most ? [least] : [least, most];
  return `${counts.join(' to ')} ${most === 1 ? 'argument' : 'arguments'}`;
}

function result({ x, context }: Viewing, operation: Operation): Tensor {
  return context.apply(operation, [x], true);
}

/** The first axis unless one is given. */
function axisAt({ numbers }: Viewing, position: number): number {
  return numbers[position]?.integer() ?? 0;
}

function timesOf({ numbers: [times] }: Viewing): number {
  return times?.count(1) ?? 1;
}

/** Moves the last `count` cells to the front; with a negative count, the first ones to the end. */
function rolled({ x, numbers, application, context }: Viewing): Tensor {
  const [count, axis] = [numbers[0]?.integer() ?? 0, numbers[1]?.integer() ?? 0];
  const part = (start: number | undefined, stop: number | undefined): Operation =>
    sliceAlong(axis, sliceOf(start, stop), 'roll');
  if (count === 0) return context.apply(part(0, undefined), [x], true);
  const ends = [part(-count, undefined), part(undefined, -count)].map(operation =>
    context.apply(operation, [x], false),
  );
  return context.apply(concat(2, axis, application.span, 'roll'), ends, true);
}
