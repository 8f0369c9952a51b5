import { unreachable } from '../../compiler/index.ts';
import type { Expr } from '../language/ast.ts';

/** An expression and all in it, in the order written. */
export function subexpressions(e: Expr): readonly Expr[] {
  return [e, ...partsOf(e).flatMap(subexpressions)];
}

function partsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'number':
    case 'hole':
    case 'name':
      return [];
    case 'field':
      return [e.object];
    case 'inline':
      return e.init ? [e.init] : [];
    case 'prefix':
      return [e.operand];
    case 'infix':
      return [e.left, e.right];
    case 'apply':
      return [e.callee, ...e.args];
    case 'configure':
      return [
        e.callee,
        ...e.settings.flatMap(({ value }) => (value.kind === 'string' ? [] : [value])),
      ];
    case 'einsum':
      return e.operands;
    case 'tensor':
      return e.items;
    default:
      return unreachable(e);
  }
}
