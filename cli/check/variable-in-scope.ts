import { ts } from 'ts-morph';
import type { Location } from '../../compiler/index.ts';
import type { TextFile } from '../../dsl/dry-run/index.ts';

/** The declaration of a variable that the user may have meant to put into a hole. */
export function variableInScope(
  name: string,
  template: ts.Node,
  checker: ts.TypeChecker,
  fileOf: (file: ts.SourceFile) => TextFile,
): Location | undefined {
  const variables = checker.getSymbolsInScope(
    template,
    ts.SymbolFlags.Value | ts.SymbolFlags.Alias,
  );
  const declarations = variables.find(variable => variable.name === name)?.declarations ?? [];
  // Global names such as `name`, `length` and `top` were not meant.
  const own = declarations.find(d => !d.getSourceFile().isDeclarationFile);
  if (!own || isBeingDeclared(own, template)) return undefined;
  const at = ts.getNameOfDeclaration(own) ?? own;
  return fileOf(own.getSourceFile()).locate(at.getStart());
}

/** In `const y = op` followed by the template, there is no `y` yet. */
function isBeingDeclared(declaration: ts.Node, template: ts.Node): boolean {
  if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return false;
  const { initializer } = ts.isBindingElement(declaration)
    ? ts.walkUpBindingElementsAndPatterns(declaration)
    : declaration;
  return (
    initializer !== undefined &&
    initializer.pos <= template.pos &&
    template.end <= initializer.end &&
    !isInFunction(template, initializer)
  );
}

/** The body of a function runs later. */
function isInFunction(node: ts.Node, below: ts.Node): boolean {
  for (let at = node; at !== below; at = at.parent) if (ts.isFunctionLike(at)) return true;
  return ts.isFunctionLike(below);
}
