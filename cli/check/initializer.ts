import { ts } from 'ts-morph';
import { resolved } from './einc-symbols.ts';

/** The initialiser of a constant: an expression, or its field `property`. */
export interface Initializer {
  readonly expression: ts.Expression;
  readonly property: string | undefined;
}

/** If `e` names a constant, its initialiser; else `e` itself. */
export function initializerOf(e: ts.Expression, checker: ts.TypeChecker): Initializer | undefined {
  if (!ts.isIdentifier(e)) return { expression: unwrapped(e), property: undefined };
  const named = checker.getSymbolAtLocation(e);
  const declaration = named && resolved(named, checker).valueDeclaration;
  if (!declaration) return undefined;
  if (ts.isVariableDeclaration(declaration)) return initialized(declaration, undefined);
  if (!ts.isBindingElement(declaration)) return undefined;
  const { propertyName = declaration.name, parent } = declaration;
  const isField = ts.isObjectBindingPattern(parent) && ts.isIdentifier(propertyName);
  return isField && ts.isVariableDeclaration(parent.parent)
    ? initialized(parent.parent, propertyName.text)
    : undefined;
}

function initialized(
  declaration: ts.VariableDeclaration,
  property: string | undefined,
): Initializer | undefined {
  const isConstant = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
  const { initializer } = declaration;
  return isConstant && initializer ? { expression: unwrapped(initializer), property } : undefined;
}

function unwrapped(e: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isParenthesizedExpression(e) || ts.isAsExpression(e) || ts.isSatisfiesExpression(e);
  return isWrapped ? unwrapped(e.expression) : e;
}
