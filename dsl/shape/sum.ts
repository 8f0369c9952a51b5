/** Axes made of others: the arithmetic of their sizes, and where their loops are. */
import { newAxis } from './axis.ts';
import { noSizeFits } from './explain-derived.ts';
import { type Constraint, type Dim, type DimSum, type DimVar, type Size, sizeOf } from './row.ts';
import { resolveDim } from './resolve.ts';

interface Balance {
  readonly unknowns: readonly DimVar[];
  /** `constant + Σ known terms - whole` */
  readonly balance: number;
  /** How often `whole - Σ terms` counts an unknown. */
  readonly coeffOf: (unknown: DimVar) => number;
}

export function weigh({ whole, constant, terms }: DimSum): Balance {
  const sides = [{ coeff: -1, dim: whole }, ...terms];
  const counts = new Map<DimVar, number>();
  let balance = constant;
  for (const { coeff, dim } of sides) {
    const d = resolveDim(dim);
    if (d.kind === 'size') balance += coeff * d.size;
    else counts.set(d, (counts.get(d) ?? 0) - coeff);
  }
  // An axis that is the whole and a part of it may have any size.
  const unknowns = [...counts].flatMap(([d, count]) => (count === 0 ? [] : [d]));
  return { unknowns, balance, coeffOf: d => counts.get(d) ?? 0 };
}

/** The size that makes the sum come out; 0 only where an axis of size 0 is among the others. */
export function sizeLeft(sum: DimSum, size: number, unknown: DimVar): Size {
  const least = unknown.isRest || sidesOf(sum).some(dim => sized(dim)?.size === 0) ? 0 : 1;
  if (!Number.isInteger(size) || size < least) throw noSizeFits(sum, unknown, size);
  const span = sum.why.use.span;
  const found = sizeOf(size, { text: `\`${sum.text}\` makes it so`, span });
  // The whole may be met before its axis is, and is united with that later.
  const isWhole = resolveDim(sum.whole) === unknown;
  return isWhole || sized(sum.whole)?.axis ? { ...found, axis: newAxis(size) } : found;
}

function sidesOf({ whole, terms }: DimSum): readonly Dim[] {
  return [whole, ...terms.map(term => term.dim)];
}

/** While projections are inferred: tells the axis which loops it is made of. */
export function placeLoops({ whole, place }: DimSum): void {
  const { axis } = sized(whole) ?? {};
  if (!axis || !place) return;
  const before = place.behind.reduce((sum, dim) => sum + (sized(dim)?.size ?? 0), 0);
  const terms = place.loops.flatMap(({ coeff, dim }) => {
    const { axis: loop } = sized(dim) ?? {};
    return loop ? [{ coeff, axis: loop }] : [];
  });
  axis.made ??= { terms, offset: place.offset + before };
}

function sized(dim: Dim): Size | undefined {
  const d = resolveDim(dim);
  return d.kind === 'size' ? d : undefined;
}

/** Sums that leave a choice, once all shapes are known: `a^b => 0`. */
export function settleSums(
  constraints: readonly Constraint[],
  decide: (dim: DimVar, size: Size) => void,
): void {
  for (const sum of constraints) {
    for (let open = unknownsOf(sum); open.length > 1; open = unknownsOf(sum)) {
      const [last = open[0]] = open.slice(-1);
      const unknown = open.find(dim => dim.isRest) ?? last;
      const size = unknown?.isRest ? 0 : 1;
      if (unknown) decide(unknown, sizeOf(size, { text: 'nothing asks for more' }));
    }
  }
}

function unknownsOf(constraint: Constraint): readonly DimVar[] {
  return constraint.kind === 'dim-sum' ? weigh(constraint).unknowns : [];
}
