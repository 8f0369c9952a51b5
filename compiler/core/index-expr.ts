/**
 * Subscripts: all that an array access may say about where it reads or writes. Sums of loops, and,
 * for arrays whose cells are counted anew, digits of such sums.
 */

declare const loopVarBrand: unique symbol;
/** The printed name of a loop or static index, unique within its program. */
export type LoopVar = string & { readonly [loopVarBrand]: true };

export function loopVar(name: string): LoopVar {
  return name as LoopVar;
}

/** `offset + Σ coeff·loop + Σ coeff·digit`. No loop occurs twice and no coefficient is zero. */
export interface Index {
  readonly terms: readonly Term[];
  readonly offset: number;
}

export type Term = LoopTerm | DigitTerm;

export interface LoopTerm {
  readonly coeff: number;
  readonly loop: LoopVar;
}

export interface DigitTerm {
  readonly coeff: number;
  readonly digit: Digit;
}

/** `floor(of / over) mod below`, without `below` only the quotient. `of` is never negative. */
export interface Digit {
  readonly of: Index;
  readonly over: number;
  readonly below: number | undefined;
}

export function at(loop: LoopVar, coeff = 1, offset = 0): Index {
  return { terms: coeff === 0 ? [] : [{ coeff, loop }], offset };
}

export function fixed(offset: number): Index {
  return { terms: [], offset };
}

/** One digit of an index that is never negative. */
export function digitOf(digit: Digit): Index {
  const { of, over, below } = digit;
  if (of.terms.length === 0) return fixed(digitOfNumber(of.offset, digit));
  return over === 1 && below === undefined ? of : { terms: [{ coeff: 1, digit }], offset: 0 };
}

/** That digit of a number. */
export function digitOfNumber(number: number, { over, below }: Digit): number {
  const quotient = Math.floor(number / over);
  return below === undefined ? quotient : quotient - below * Math.floor(quotient / below);
}

export function isLoop(term: Term): term is LoopTerm {
  return 'loop' in term;
}

/** The loop an index is, when it is nothing but that loop. */
export function asLoop({ terms, offset }: Index): LoopVar | undefined {
  const [only] = terms;
  const isBare = terms.length === 1 && offset === 0 && only?.coeff === 1;
  return isBare && isLoop(only) ? only.loop : undefined;
}

/** The loops an index depends on, in the order written; one that is met twice comes twice. */
export function loopsIn({ terms }: Index): readonly LoopVar[] {
  const loops: LoopVar[] = [];
  for (const term of terms) {
    if (isLoop(term)) loops.push(term.loop);
    else loops.push(...loopsIn(term.digit.of));
  }
  return loops;
}

/** The digits in an index, outermost first. */
export function digitsIn({ terms }: Index): readonly Digit[] {
  return terms.flatMap(term => (isLoop(term) ? [] : [term.digit, ...digitsIn(term.digit.of)]));
}

export function sameIndex(a: Index, b: Index): boolean {
  return (
    a.offset === b.offset &&
    a.terms.length === b.terms.length &&
    a.terms.every(t => b.terms.some(u => u.coeff === t.coeff && sameTerm(t, u)))
  );
}

/** Axis by axis. */
export function sameIndices(a: readonly Index[], b: readonly Index[]): boolean {
  return a.length === b.length && a.every((ix, i) => b[i] && sameIndex(ix, b[i]));
}

function sameTerm(a: Term, b: Term): boolean {
  if (isLoop(a) || isLoop(b)) return isLoop(a) && isLoop(b) && a.loop === b.loop;
  const [x, y] = [a.digit, b.digit];
  return x.over === y.over && x.below === y.below && sameIndex(x.of, y.of);
}

/** `Σ coeff·index`, each loop and each digit once. */
export function sumOf(parts: readonly (readonly [coeff: number, index: Index])[]): Index {
  const terms: Term[] = [];
  let offset = 0;
  let hasZeros = false;
  for (const [coeff, index] of parts) {
    offset += coeff * index.offset;
    for (const term of index.terms) {
      const known = terms.findIndex(t => sameTerm(t, term));
      const sum = coeff * term.coeff + (terms[known]?.coeff ?? 0);
      hasZeros ||= sum === 0;
      const summed = sum === term.coeff ? term : { ...term, coeff: sum };
      if (known < 0) terms.push(summed);
      else terms[known] = summed;
    }
  }
  return { terms: hasZeros ? terms.filter(t => t.coeff !== 0) : terms, offset };
}

export function plus(a: Index, b: Index): Index {
  return sumOf([
    [1, a],
    [1, b],
  ]);
}

/** Replaces loops by what `binding` says they are; loops it does not name stay. */
export function substitute(index: Index, binding: ReadonlyMap<LoopVar, Index>): Index {
  if (!namesAny(index, binding)) return index;
  const replaced = index.terms.map((term): readonly [number, Index] => {
    if (isLoop(term)) return [term.coeff, binding.get(term.loop) ?? at(term.loop)];
    const { digit, coeff } = term;
    return [coeff, digitOf({ ...digit, of: substitute(digit.of, binding) })];
  });
  return sumOf([[1, fixed(index.offset)], ...replaced]);
}

function namesAny({ terms }: Index, loops: ReadonlyMap<LoopVar, Index>): boolean {
  return terms.some(t => (isLoop(t) ? loops.has(t.loop) : namesAny(t.digit.of, loops)));
}

/** The value of an index where its loops have these values. */
export function valueOf({ terms, offset }: Index, valueOfLoop: (loop: LoopVar) => number): number {
  let sum = offset;
  for (const term of terms) {
    sum +=
      term.coeff *
      (isLoop(term)
        ? valueOfLoop(term.loop)
        : digitOfNumber(valueOf(term.digit.of, valueOfLoop), term.digit));
  }
  return sum;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * The values an index takes when every loop runs from 0 up to its extent: the least and the greatest
 * of a sum of loops, and bounds for a sum with digits. `rangeOfNumber`: of what digits are of, where more is known.
 */
export function rangeOf(
  { terms, offset }: Index,
  extentOf: (loop: LoopVar) => number,
  rangeOfNumber = (of: Index): Range => rangeOf(of, extentOf),
): Range {
  let [min, max] = [offset, offset];
  for (const term of terms) {
    const range = isLoop(term)
      ? { min: 0, max: extentOf(term.loop) - 1 }
      : rangeOfDigit(term.digit, rangeOfNumber(term.digit.of));
    const ends = [term.coeff * range.min, term.coeff * range.max];
    min += Math.min(...ends);
    max += Math.max(...ends);
  }
  return { min, max };
}

function rangeOfDigit({ over, below }: Digit, whole: Range): Range {
  const [min, max] = [Math.floor(whole.min / over), Math.floor(whole.max / over)];
  const isQuotient = below === undefined || (min >= 0 && max < below);
  return isQuotient ? { min, max } : { min: 0, max: below - 1 };
}

type NameOf = (loop: LoopVar) => string;

/** `2*i + ((3*i + j) / 2 % 4) + 1` */
export function printIndex({ terms, offset }: Index, nameOf: NameOf = loop => loop): string {
  const parts = terms.map(term => {
    const text = isLoop(term) ? nameOf(term.loop) : printDigit(term.digit, nameOf);
    return term.coeff === 1 ? text : `${term.coeff}*${text}`;
  });
  return offset !== 0 || parts.length === 0 ? [...parts, offset].join(' + ') : parts.join(' + ');
}

function printDigit({ of, over, below }: Digit, nameOf: NameOf): string {
  const whole = asLoop(of) === undefined ? `(${printIndex(of, nameOf)})` : printIndex(of, nameOf);
  const quotient = over === 1 ? whole : `${whole} / ${over}`;
  return below === undefined ? `(${quotient})` : `(${quotient} % ${below})`;
}
