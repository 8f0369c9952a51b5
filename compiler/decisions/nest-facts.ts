/** What can be said of a nest by looking at it. */
import { loopsIn } from '../core/index-expr.ts';
import { declaredIn, loopsAlong, type Site, sitesUnder, writtenIn } from '../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { expressionsOf, visitExpr } from '../loop/traverse.ts';
import { holdsNests, turnsIn } from '../schedule/nest.ts';

/** A contraction sums products; a reduction accumulates anything else. */
export type NestKind = 'pointwise' | 'reduction' | 'contraction';

/** The loops around nests are in none. */
export function nestsIn(s: Stmt): readonly For[] {
  if (s.kind === 'block') return s.body.flatMap(nestsIn);
  if (s.kind !== 'for') return [];
  return holdsNests(s) ? nestsIn(s.body) : [s];
}

/** Names of written arrays that are declared outside the nest. */
export function namesWritten(nest: Stmt): readonly string[] {
  const own = declaredIn(nest);
  return [...writtenIn(nest)].filter(node => !own.has(node)).map(({ name }) => name);
}

/** The loops down to the statement that runs most often. */
export function longestPath(s: Stmt): readonly For[] {
  if (s.kind === 'for') return [s, ...longestPath(s.body)];
  const [longest] = statementsOf(s).toSorted((a, b) => turnsIn(b) - turnsIn(a));
  return longest?.kind === 'for' ? longestPath(longest) : [];
}

/** The kind of several nests: that of the most complex one. */
export function kindOf(nests: readonly Stmt[]): NestKind {
  const sums = nests.flatMap(nest => sitesUnder(nest)).filter(isSum);
  if (sums.length === 0) return 'pointwise';
  return sums.some(({ leaf }) => isProduct(leaf)) ? 'contraction' : 'reduction';
}

/** Whether several turns store to one cell. */
function isSum({ kind, index, path }: Site): boolean {
  if (kind === 'scatter') return true;
  const along = new Set(index?.flatMap(loopsIn));
  return kind === 'accumulate' && loopsAlong(path).some(({ loop }) => !along.has(loop));
}

function isProduct(leaf: Site['leaf']): boolean {
  let isSo = false;
  for (const value of expressionsOf(leaf)) {
    visitExpr(value, e => {
      const isOfArray = e.kind === 'apply' && e.args.every(a => a.kind !== 'const');
      isSo ||= e.kind === 'apply' && e.op === 'mul' && isOfArray;
    });
  }
  return isSo;
}
