/** How an open variable is used: with how many axes and which sizes, by the constraints on it. */
import {
  type Constraint,
  type DimSlice,
  type DimVar,
  type RowVar,
  type Size,
  sizeOf,
} from './row.ts';
import { flanksOf, resolveDim, resolveRow } from './resolve.ts';
import { wholeFor } from './slice.ts';

/**
 * The least number of axes among the rows to which this one broadcasts, directly or through others. A
 * row that may still grow counts with the axes that it certainly has, if any.
 */
export function fewestAxesBelow(row: RowVar): number | undefined {
  const beside = axesBeside(row);
  const known = new Map<RowVar, number | undefined>();
  const fewest = (variable: RowVar): number | undefined => {
    if (known.has(variable)) return known.get(variable);
    // A request for a variable that is being computed is a cycle and adds nothing.
    known.set(variable, undefined);
    const own = beside.get(variable) ?? 0;
    const above = resultsAbove(variable).map(({ rest, more }) =>
      rest ? fewest(rest) : Math.max(0, own + more),
    );
    const counts = above.filter(count => count !== undefined);
    const found = counts.length > 0 ? Math.min(...counts) : own > 0 ? own : undefined;
    known.set(variable, found);
    return found;
  };
  return fewest(row);
}

/**
 * For each variable above a row, the least number of axes beside it: what broadcasts to `[…]`
 * also broadcasts to `[2, …]`, so of several paths to a variable only the shortest matters.
 */
function axesBeside(row: RowVar): ReadonlyMap<RowVar, number> {
  const beside = new Map([[row, 0]]);
  for (const [variable, count] of beside) {
    for (const { rest, more } of resultsAbove(variable)) {
      const axes = Math.max(0, count + more);
      if (!rest || axes >= (beside.get(rest) ?? Infinity)) continue;
      // Moved to the end, so that the variables above it are visited again.
      beside.delete(rest);
      beside.set(rest, axes);
    }
  }
  return beside;
}

interface Above {
  readonly rest: RowVar | undefined;
  /** The axes beside it, minus those beside the row in its operand. */
  readonly more: number;
}

/** The rows to which this one broadcasts. */
function resultsAbove(row: RowVar): readonly Above[] {
  return waitingAt(row).flatMap(constraint => {
    if (constraint.kind !== 'row-le') return [];
    const operand = resolveRow(constraint.operand);
    if (operand.rest !== row) return [];
    const result = resolveRow(constraint.result);
    return [{ rest: result.rest, more: flanksOf(result) - flanksOf(operand) }];
  });
}

/** The reason of a size that comes from another use; only the last link of such a chain is shown. */
const usedWith = /^it is used with this size: /;

/** The size with which a dimension is used; 1 if there are several. */
export function sizeBelow(dim: DimVar): Size | undefined {
  const sizes = sizesBelow(dim, new Set());
  const [first] = sizes;
  if (!first) return undefined;
  if (sizes.every(s => s.size === first.size)) {
    const { text, span } = first.because;
    const because = { text: `it is used with this size: ${text.replace(usedWith, '')}`, span };
    return sizeOf(first.size, because, first.broadcasts);
  }
  const distinct = sizes.filter((s, i) => sizes.findIndex(t => t.size === s.size) === i);
  const used = distinct.map(s => s.size).join(' and ');
  const of = distinct.map(({ size, because: { text, span } }) => {
    return { text: `${size} because ${text.replace(usedWith, '')}`, span };
  });
  return sizeOf(1, { text: `it is used with sizes ${used}`, of }, true);
}

function sizesBelow(dim: DimVar, seen: Set<DimVar>): readonly Size[] {
  if (seen.has(dim)) return [];
  seen.add(dim);
  return waitingAt(dim).flatMap(constraint => {
    if (constraint.kind === 'dim-slice') return wholesBelow(dim, constraint, seen);
    if (constraint.kind !== 'dim-le' || resolveDim(constraint.operand) !== dim) return [];
    const result = resolveDim(constraint.result);
    return result.kind === 'size' ? [result] : sizesBelow(result, seen);
  });
}

/** The use of a slice of an axis determines the length of the axis. */
function wholesBelow(dim: DimVar, slice: DimSlice, seen: Set<DimVar>): readonly Size[] {
  const part = resolveDim(slice.part);
  if (part.kind === 'size' || resolveDim(slice.whole) !== dim) return [];
  return sizesBelow(part, seen).flatMap(size => wholeFor(slice, size) ?? []);
}

/** The constraints that are still undecided. */
export function waitingAt({ watches }: RowVar | DimVar): readonly Constraint[] {
  return [...watches].map(watch => watch.constraint);
}
