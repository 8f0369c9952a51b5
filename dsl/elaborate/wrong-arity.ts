/** Errors for functions applied to more or fewer operands than they take. */
import { type Span, UserError } from '../../compiler/index.ts';
import { isFollowedByArgument } from '../language/template-source.ts';
import { reductionOf } from './foreign-names.ts';

export function wrongArity(
  name: string,
  arity: number,
  given: number,
  { span, more = false }: { readonly span: Span | undefined; readonly more?: boolean },
): UserError {
  const count = `${more ? 'at least ' : ''}${arity === 1 ? '1 argument' : `${arity} arguments`}`;
  return new UserError({
    code: 'EINC0207',
    message: `\`${name}\` takes ${count}, not ${given}`,
    labels: span ? [{ span }] : [],
    help: helpFor(name, arity, given, span),
  });
}

function helpFor(
  name: string,
  arity: number,
  given: number,
  span: Span | undefined,
): readonly string[] {
  if (given !== 1 || arity === 1) return [];
  // `fma a b c` applies `fma a` to the others.
  if (span && isFollowedByArgument(span)) {
    const list = name === 'where' ? 'condition, x, y' : ['x', 'y', 'z'].slice(0, arity).join(', ');
    return arity > 3 ? [] : [`several arguments stand in parentheses: \`${name}(${list})\``];
  }
  const reduction = reductionOf(name);
  return reduction === undefined ? [] : [`over all cells of one tensor write \`${reduction}\``];
}
