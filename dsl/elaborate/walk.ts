import { unreachable } from '../../compiler/index.ts';
import type { Expr, PickItem } from '../language/ast.ts';

/** Visits an expression and all its subexpressions, in source order. */
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
    case 'pick':
      return [e.object, ...[...e.batch, ...e.input, ...e.output].flatMap(indexIn)];
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

/** The expressions in an item of a bracket; `_` is no name there. */
function indexIn(item: PickItem): readonly Expr[] {
  return item.kind === 'at' && !isNewAxis(item.at) ? [item.at] : [];
}

export function isNewAxis(e: Expr): boolean {
  return e.kind === 'name' && e.name === '_';
}
