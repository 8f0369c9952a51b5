/** The numeric and axis arguments of functions like `pad` and `reshape`. */
import type { Apply, Expr } from '../language/ast.ts';
import type { NewRows } from '../shape/cells.ts';
import type { RowKind, Size } from '../shape/row.ts';
import { fail } from './errors.ts';
import { rowOfLetter, sizesAt } from './inline.ts';
import { checkedInteger, type PickContext, staticNumber } from './picks.ts';

/** A number that is known when the template runs. */
export interface NumberArgument {
  readonly number: number;
  readonly integer: () => number;
  readonly count: (least?: number) => number;
}

export function numberAt(e: Expr, context: PickContext): NumberArgument {
  const number = staticNumber(e, context);
  if (number === undefined) {
    throw fail(
      'EINC0316',
      'a number must stand here: one that is known when the template runs',
      e.span,
    );
  }
  const integer = (): number => checkedInteger(number, e.span);
  const count = (least = 0): number => {
    if (integer() >= least) return number;
    throw fail('EINC0316', `there must be at least ${least} here, not ${number}`, e.span);
  };
  return { number, integer, count };
}

/** `o = [4, _]`: one size may be inferred from the others. */
export function newRows({ callee, rows, span }: Apply, context: PickContext): NewRows {
  if (rows.length === 0) {
    throw fail('EINC0316', '`reshape` is told no axes', span, {
      help: ['say which: reshape(x; o = [4, _])'],
    });
  }
  const because = { text: '`reshape` is given this size', span: callee.span };
  const found: Partial<Record<RowKind, readonly (Size | undefined)[]>> = {};
  let hasRest = false;
  for (const { row, dims, span: place } of rows) {
    const kind = rowOfLetter(row);
    if (found[kind]) throw fail('EINC0316', `the ${kind} axes are given twice`, place);
    found[kind] = dims.flatMap((dim): readonly (Size | undefined)[] => {
      const { size } = dim;
      if (size.kind !== 'name' || size.name !== '_') return sizesAt(dim, context.valueOf, because);
      if (hasRest) throw fail('EINC0316', 'only one size can be what the others leave', dim.span);
      hasRest = true;
      return [undefined];
    });
  }
  return found;
}
