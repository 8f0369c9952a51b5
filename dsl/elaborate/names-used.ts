/** The names that the body of a definition uses, and those that it introduces. */
import type { Expr, Ident, Inline } from '../language/ast.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import { each } from './collect.ts';
import { textOfString } from './einsum.ts';
import { unknownName } from './errors.ts';
import { initialiserNamed, orMisspelt } from './initialiser.ts';
import { subexpressions } from './walk.ts';

/**
 * A function's body runs only when it is applied; its names are checked where it is written. Once its
 * parameters are made, nothing is left to say of what they start from. Throws a `UserError`.
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

/** The sizes that a spec of it captures. */
export function namesCaptured(e: Expr): readonly string[] {
  return e.kind === 'einsum' ? e.captures.map(textOfString) : [];
}

export function inlinesIn(body: Expr): readonly Inline[] {
  return subexpressions(body).filter(e => e.kind === 'inline');
}

export function nameOf({ name }: Inline): Ident {
  return name;
}
