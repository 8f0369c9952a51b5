/** Sums of the columns of a matrix: recognised, and how rows are divided. */
import { isOneToOne } from '../core/index-cover.ts';
import { loopsIn } from '../core/index-expr.ts';
import { sitesUnder } from '../loop/facts.ts';
import type { For } from '../loop/ir.ts';
import { strideAlong, type SumNest, sumNestAt } from './nest.ts';
import { isRegrouped } from './partial-sums.ts';

/** A sum over `rows`, outermost first, for each turn of `cells`: the loops over columns. */
export interface ColumnSums extends SumNest {
  readonly cells: readonly For[];
  readonly rows: readonly [For, ...For[]];
}

/** Undefined unless columns are contiguous, and each number is summed into one column only. */
export function columnSumsAt(outermost: For): ColumnSums | undefined {
  const nest = sumNestAt(outermost);
  if (!nest || !isRegrouped(nest.leaf)) return undefined;
  const { loops, leaf } = nest;
  const named = new Set(leaf.index.flatMap(loopsIn));
  const cells = loops.filter(l => named.has(l.loop));
  const [first, ...others] = loops.filter(l => !named.has(l.loop));
  const column = cells.at(-1);
  const isWhole = named.size === cells.length && isOneToOne(leaf.index, cells);
  if (!first || !column || !isWhole) return undefined;
  return readsOnce(nest, cells) && isSideBySide(nest, column)
    ? { ...nest, cells, rows: [first, ...others] }
    : undefined;
}

/** Whether each number is summed into one cell only; in a matrix product, a number goes into many. */
function readsOnce({ leaf }: SumNest, cells: readonly For[]): boolean {
  return sitesUnder(leaf).some(({ kind, index }) => {
    const named = new Set(index?.flatMap(loopsIn));
    return kind === 'read' && cells.every(l => named.has(l.loop));
  });
}

function isSideBySide({ leaf }: SumNest, column: For): boolean {
  return sitesUnder(leaf).every(site => {
    const stride = strideAlong(site, column);
    return stride === 1 || (stride === 0 && site.kind === 'read');
  });
}
