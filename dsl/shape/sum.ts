/** Axes that are sums of others, as in convolutions: their sizes and their loops. */
import { newAxis } from './axis.ts';
import { noSizeFits, noWindow } from './explain-derived.ts';
import { type Constraint, type Dim, type DimSum, type DimVar, type Size, sizeOf } from './row.ts';
import { resolveDim } from './resolve.ts';

interface Balance {
  readonly unknowns: readonly DimVar[];
  /** `constant + Σ known terms - whole` */
  readonly balance: number;
  /** The coefficient of an unknown in `whole - Σ terms`. */
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
  // The whole may itself be one of the terms; then it may have any size.
  const unknowns = [...counts].flatMap(([d, count]) => (count === 0 ? [] : [d]));
  return { unknowns, balance, coeffOf: d => counts.get(d) ?? 0 };
}

/** The size that satisfies the sum. */
export function sizeLeft(sum: DimSum, size: number, unknown: DimVar): Size {
  const least = mayBeEmpty(sum, unknown) ? 0 : 1;
  if (!Number.isInteger(size) || size < least) throw noSizeFits(sum, unknown, size);
  const span = sum.why.use.span;
  const found = sizeOf(size, { text: `\`${sum.text}\` makes it so`, span });
  // The whole may be used before its axis and united with it later.
  const isWhole = resolveDim(sum.whole) === unknown;
  return isWhole || sized(sum.whole)?.axis ? { ...found, axis: newAxis(size) } : found;
}

/**
 * Whether a size may turn out to be 0: if another axis of the sum is empty, or for a part of a concatenation, unless a tensor that
 * nothing computes would have no cells because of it.
 */
function mayBeEmpty(sum: DimSum, unknown: DimVar): boolean {
  const isConcat = sum.terms.length > 1 && sum.window === undefined;
  const isPart = unknown.isRest || (isConcat && unknown.leaf === undefined);
  return isPart || sidesOf(sum).some(dim => sized(dim)?.size === 0);
}

function sidesOf({ whole, terms }: DimSum): readonly Dim[] {
  return [whole, ...terms.map(term => term.dim)];
}

/** During projection inference: records the loops of which the axis is the sum. */
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

/** Sums that are still ambiguous when all shapes are known: `a^b => 0`. */
export function settleSums(
  constraints: readonly Constraint[],
  decide: (dim: DimVar, size: Size) => void,
): void {
  for (const sum of constraints) {
    checkWindow(sum);
    for (let open = unknownsOf(sum); open.length > 1; open = unknownsOf(sum)) {
      const [last = open[0]] = open.slice(-1);
      const unknown = open.find(dim => dim.isRest) ?? last;
      const size = unknown?.isRest ? 0 : 1;
      if (unknown) decide(unknown, sizeOf(size, { text: 'nothing asks for more' }));
    }
  }
}

/** Throws a `UserError` for a pooling whose windows may have any size: any default would be a guess. */
export function checkWindow(constraint: Constraint): void {
  if (constraint.kind !== 'dim-sum' || constraint.window === undefined) return;
  const window = resolveDim(constraint.window);
  if (window.kind === 'size' || unknownsOf(constraint).length < 2) return;
  throw noWindow(constraint, window);
}

function unknownsOf(constraint: Constraint): readonly DimVar[] {
  return constraint.kind === 'dim-sum' ? weigh(constraint).unknowns : [];
}
