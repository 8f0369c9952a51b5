/**
 * Recomputes large matrices that only sums read, instead of storing them: each sum computes them again, tile by tile. So
 * attention needs no matrix of scores, forward or backward. `../../schedule/gpu/matrix-walk.ts` shows the result,
 * `../../schedule/gpu/matrix-group.ts` says which matrices qualify.
 *
 * Sums along a row are split like a CPU's vector sums, so their order changes as in `split-reductions`; all else is exact.
 * Recomputing products costs less than moving the matrices through memory if they are larger than any cache.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { block, type Stmt } from '../../loop/ir.ts';
import { rewriteStmts } from '../../loop/traverse.ts';
import {
  largestOf,
  type MatrixGroup,
  matrixGroupsIn,
  neededBy,
  timesTheWork,
} from '../../schedule/gpu/matrix-group.ts';
import { applyWalk, type Walk } from '../../schedule/gpu/matrix-walk.ts';
import { noOverrides, type OverrideOf } from '../../schedule/override.ts';
import type { Gpu } from '../../schedule/target.ts';
import { walkTileFor } from '../../schedule/gpu/walk-tile.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function walkMatrices(gpu: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'walk-matrices',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const options = { gpu, overrideOf: overrides(program), names, note };
      return withBody(program, inBlocksOf(program.body, options));
    },
  };
}

interface Options {
  readonly gpu: Gpu;
  readonly overrideOf: OverrideOf;
  readonly names: Names;
  readonly note: Note | undefined;
}

/** In all blocks of a statement. */
function inBlocksOf(s: Stmt, options: Options): Stmt {
  return rewriteStmts(s, inner => {
    if (inner.kind !== 'block') return undefined;
    const walks = matrixGroupsIn(inner.body).flatMap(group => walksOf(group, options) ?? []);
    return walks.length === 0 ? undefined : block(withWalks(inner.body, walks, options));
  });
}

/** If the work grows by more than this factor, storing the matrices is faster. */
const mostTimes = 3;

/** Rewrites all sums of a group, or none. */
function walksOf(group: MatrixGroup, { gpu, overrideOf }: Options): readonly Walk[] | undefined {
  const statements = [...group.matrices, ...group.sums].map(({ stmt }) => stmt);
  const isLeftAlone = statements.some(stmt => overrideOf(stmt).fuse === false);
  const pays = largestOf(group) > gpu.leastMatrix && timesTheWork(group) <= mostTimes;
  if (isLeftAlone || !pays) return undefined;
  const walks = group.sums.flatMap(sum => {
    const own = group.pair.map(axis => sum.axes[axis]).find(loop => loop !== sum.terms);
    const tile = own && walkTileFor(sum, own, neededBy(sum, group), gpu);
    return tile ? [{ sum, group, own, tile }] : [];
  });
  return walks.length === group.sums.length ? walks : undefined;
}

function withWalks(
  statements: readonly Stmt[],
  walks: readonly Walk[],
  { names, note }: Options,
): readonly Stmt[] {
  for (const { node } of new Set(walks.flatMap(({ group }) => group.matrices))) {
    const because = 'sums make it anew, tile by tile';
    note?.({ about: 'array', node, fate: 'dropped', because });
  }
  const walkOf = new Map<Stmt, Walk>(walks.map(walk => [walk.sum.stmt, walk]));
  const matrices = walks.flatMap(({ group }) => group.matrices);
  const nodes = new Set(matrices.map(({ node }) => node));
  const makers = new Set<Stmt>(matrices.map(({ stmt }) => stmt));
  return statements.flatMap(s => {
    if (makers.has(s) || (s.kind === 'declare' && nodes.has(s.node))) return [];
    const walk = walkOf.get(s);
    if (!walk) return [s];
    const after = applyWalk(walk, names);
    const needed = neededBy(walk.sum, walk.group);
    const step = {
      kind: 'walk',
      arrays: needed.map(({ node }) => node.name),
      rows: walk.tile.rows,
      overRows: walk.own.loop,
      overColumns: walk.sum.terms.loop,
    } as const;
    note?.({ about: 'nest', step, before: [...needed.map(({ stmt }) => stmt), s], after });
    return [after];
  });
}
