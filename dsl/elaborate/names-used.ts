/** The names that the body of a definition uses, and those that it introduces. */
import type { Expr, Ident, Inline } from '../language/ast.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import { each } from './collect.ts';
import { textOfString } from './einsum.ts';
import { unknownName } from './errors.ts';
import { initialiserNamed, orMisspelt } from './initialiser.ts';
import { subexpressions } from './walk.ts';

/**
 * Checks the names in the body of a function where it is written, since the body runs only when the function is applied.
 * Initial values of its parameters are checked when those are made. Throws a `UserError`.
 */
export function checkNames(
  body: Expr,
  known: readonly string[],
  own: string | undefined,
  { parametersAreMade = false } = {},
): void {
  const initials = inlinesIn(body).flatMap(({ init }) => init ?? []);
  const passed = new Set(
    parametersAreMade ? initials.flatMap(subexpressions) : initials.map(initialiserNamed),
  );
  const all = subexpressions(body);
  const captured = all.flatMap(namesCaptured);
  each(all, e => {
    if (e.kind !== 'name' || [...known, ...captured].includes(e.name)) return;
    if (isFunctionName(e.name) || passed.has(e)) return;
    const hints = e.name === own ? ['a function cannot use itself'] : [];
    const error = unknownName(e.name, e.span, known, functionNames, hints);
    const init = initials.find(initial => subexpressions(initial).includes(e));
    throw init ? orMisspelt(init, error) : error;
  });
}

/** The sizes that its specs capture. */
export function namesCaptured(e: Expr): readonly string[] {
  return e.kind === 'einsum' ? e.captures.map(textOfString) : [];
}

export function inlinesIn(body: Expr): readonly Inline[] {
  return subexpressions(body).filter(e => e.kind === 'inline');
}

export function nameOf({ name }: Inline): Ident {
  return name;
}
