/** Emits subscripts: `3 * i + j + 1`, `(i + j) / 2 % 4`. */
import { type Digit, type Index, isLoop, type LoopVar } from '../../compiler/core/index-expr.ts';
import { precedence, within } from './dialect.ts';

/**
 * With `cast` before numbers whose products may be wider than their factors; `nameOf` overrides the names of loops.
 */
export function subscriptText(
  { terms, offset }: Index,
  level: number,
  nameOf: (loop: LoopVar) => string,
  cast: string,
): string {
  const parts = terms.map(term => {
    const factor = (at: number): string =>
      isLoop(term) ? nameOf(term.loop) : digitText(term.digit, at, nameOf, cast);
    if (term.coeff === 1) return factor(precedence.sum);
    return `${term.coeff} * ${factor(precedence.product + 1)}`;
  });
  if (offset !== 0 || parts.length === 0) parts.push(cast + String(offset));
  const own = parts.length === 1 ? precedenceOf(parts.join('')) : precedence.sum;
  return within(level, own, parts.join(' + '));
}

/** Dividends are never negative, so C rounds as the subscript does. */
function digitText(
  { of, over, below }: Digit,
  level: number,
  nameOf: (loop: LoopVar) => string,
  cast: string,
): string {
  const quotient = over === 1 ? '' : ` / ${over}`;
  const rest = below === undefined ? '' : ` % ${below}`;
  const whole = subscriptText(of, precedence.product, nameOf, cast);
  return within(level, precedence.product, whole + quotient + rest);
}

/** Of one term of a subscript: `i`, `2 * i`, `(i + j) / 2` or a number. */
function precedenceOf(term: string): number {
  if (/[*/%]/.test(term)) return precedence.product;
  return term.startsWith('-') ? precedence.prefix : precedence.atom;
}
