/** Affine subscripts: all that an array access may say about where it reads or writes. */

declare const loopVarBrand: unique symbol;
/** The printed name of a loop or static index, unique within its program. */
export type LoopVar = string & { readonly [loopVarBrand]: true };

export function loopVar(name: string): LoopVar {
  return name as LoopVar;
}

/** `offset + Σ coeff·loop`. No loop occurs twice and no coefficient is zero. */
export interface Index {
  readonly terms: readonly Term[];
  readonly offset: number;
}

export interface Term {
  readonly coeff: number;
  readonly loop: LoopVar;
}

export function at(loop: LoopVar, coeff = 1, offset = 0): Index {
  return { terms: coeff === 0 ? [] : [{ coeff, loop }], offset };
}

export function fixed(offset: number): Index {
  return { terms: [], offset };
}

/** The loop an index is, when it is nothing but that loop. */
export function asLoop({ terms, offset }: Index): LoopVar | undefined {
  const [only] = terms;
  return terms.length === 1 && offset === 0 && only?.coeff === 1 ? only.loop : undefined;
}

export function sameIndex(a: Index, b: Index): boolean {
  return (
    a.offset === b.offset &&
    a.terms.length === b.terms.length &&
    a.terms.every(t => b.terms.some(u => u.loop === t.loop && u.coeff === t.coeff))
  );
}

/** Replaces loops by what `binding` says they are; loops it does not name stay. */
export function substitute(index: Index, binding: ReadonlyMap<LoopVar, Index>): Index {
  if (!index.terms.some(t => binding.has(t.loop))) return index;
  return sumOf([
    { coeff: 1, index: fixed(index.offset) },
    ...index.terms.map(({ coeff, loop }) => ({ coeff, index: binding.get(loop) ?? at(loop) })),
  ]);
}

/** `Σ coeff·index` */
export function sumOf(parts: readonly { readonly coeff: number; readonly index: Index }[]): Index {
  const coeffs = new Map<LoopVar, number>();
  let offset = 0;
  for (const { coeff, index } of parts) {
    offset += coeff * index.offset;
    for (const t of index.terms) coeffs.set(t.loop, (coeffs.get(t.loop) ?? 0) + coeff * t.coeff);
  }
  const terms = [...coeffs].filter(([, coeff]) => coeff !== 0);
  return { terms: terms.map(([loop, coeff]) => ({ coeff, loop })), offset };
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The values an index takes when every loop runs from 0 up to its extent. */
export function rangeOf({ terms, offset }: Index, extentOf: (loop: LoopVar) => number): Range {
  let [min, max] = [offset, offset];
  for (const { coeff, loop } of terms) {
    const last = coeff * (extentOf(loop) - 1);
    min += Math.min(0, last);
    max += Math.max(0, last);
  }
  return { min, max };
}

export function printIndex(
  { terms, offset }: Index,
  nameOf: (loop: LoopVar) => string = loop => loop,
): string {
  const parts = terms.map(({ coeff, loop }) =>
    coeff === 1 ? nameOf(loop) : `${coeff}*${nameOf(loop)}`,
  );
  return offset !== 0 || parts.length === 0 ? [...parts, offset].join(' + ') : parts.join(' + ');
}
