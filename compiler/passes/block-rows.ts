/**
 * Runs products over the same rows, and what is done to the rows between them, a block of rows at a time, so that the
 * arrays between are never in memory as a whole. So attention needs no matrix of scores.
 *
 *   before   local p: f32[4, 2048, 2048];
 *            for h < 4 { for s < 2048 { for t < 2048 { … p[h, s, t] := … q[h, s, d] * k[h, t, d] … } } }
 *            for s < 2048 { for h < 4 { for d < 64 { … += p[h, s, t] * v[h, t, d] … } } }
 *
 *   after    for h < 4 {
 *              local k_turned: f32[64, 2048];
 *              for d < 64 { for t < 2048 { k_turned[d, t] := k[h, t, d]; } }
 *              for s_block < 32 {
 *                local p: f32[64, 2048];
 *                for s < 64 { for t < 2048 { … p[s, t] := … q[h, 64*s_block + s, d] * k_turned[d, t] … } }
 *                for s < 64 { for d < 64 { … += p[s, t] * v[h, t, d] … } }
 *              }
 *            }
 *
 * A fill of such an array becomes a fill per block. A sum over the rows is kept in an array between blocks
 * (`../schedule/rows/row-sum.ts`). If something between the products needs the first ones for all rows, as a loss does
 * before its gradients, what both sides use is recomputed (`../schedule/rows/recompute-rows.ts`).
 *
 * Exact: each sum keeps the order of its terms, and the turns of the outer loops are independent before and after. What
 * all rows read is read again for each block, so it must fit in a cache; what each block would have to pack is packed once.
 */
import { Names } from '../core/names.ts';
import { sizeOf } from '../core/tensor-node.ts';
import { declaredIn, namesIn } from '../loop/facts.ts';
import { block, declare, type Fill, fill, type Stmt, statementsOf } from '../loop/ir.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import { runInBlocks } from '../schedule/rows/row-blocks.ts';
import { type Member, type RowGroup, rowGroupsOf } from '../schedule/rows/row-group.ts';
import { withRowsAgain } from '../schedule/rows/recompute-rows.ts';
import { rowsAtOnce } from '../schedule/rows/block-size.ts';
import { broughtTogether } from '../schedule/bring-together.ts';
import type { Target } from '../schedule/target.ts';
import { contractIn } from './contract-arrays.ts';
import type { Decision, Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function blockRows(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'block-rows',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const options = { target, overrideOf: overrides(program), names, note };
      return withBody(program, inBlocksOf(program.body, options));
    },
  };
}

interface Options {
  readonly target: Target;
  readonly overrideOf: OverrideOf;
  readonly names: Names;
  readonly note: Note | undefined;
}

/** In all blocks of a statement, innermost first. */
function inBlocksOf(s: Stmt, options: Options): Stmt {
  return rewriteStmts(s, inner => {
    if (inner.kind !== 'block') return undefined;
    const body = untilSame(inner.body, before => withAgain(withGroups(before, options), options));
    return body === inner.body ? undefined : block(body);
  });
}

/** Groups that need nothing else first: sums over rows have to be in memory meanwhile. */
function withGroups(statements: readonly Stmt[], options: Options): readonly Stmt[] {
  return [false, true].reduce((all, withSums) => {
    const groups = rowGroupsOf(all, options.target.cacheBytes, { withSums });
    return groups.reduce((before, group) => withGroup(before, group, options) ?? before, all);
  }, statements);
}

/** Recomputes arrays of groups that cannot be blocked, if that divides a group in two. */
function withAgain(statements: readonly Stmt[], options: Options): readonly Stmt[] {
  const { target, names, note } = options;
  const groups = rowGroupsOf(statements, target.cacheBytes, { withSums: true });
  for (const group of groups) {
    if (isLeftAlone(group, options)) continue;
    const again = withRowsAgain(statements, group, target, names);
    if (!again) continue;
    const decisions: Decision[] = [];
    const after = withGroups(again.statements, { ...options, note: d => decisions.push(d) });
    const gone = [...again.arrays].flat();
    if (after.some(s => s.kind === 'declare' && gone.includes(s.node))) continue;
    const step = { kind: 'rows again', arrays: gone.map(({ name }) => name) } as const;
    note?.({ about: 'nest', step, before: again.before, after: block(again.after) });
    decisions.forEach(decision => note?.(decision));
    return after;
  }
  return statements;
}

function untilSame<T>(before: T, f: (value: T) => T): T {
  const after = f(before);
  return after === before ? before : untilSame(after, f);
}

function isLeftAlone({ members }: RowGroup, { overrideOf }: Options): boolean {
  return members.some(({ stmt }) => overrideOf(stmt).fuse === false);
}

/** The statements, a group of which runs block by block; undefined where that cannot be, or does not pay. */
function withGroup(
  statements: readonly Stmt[],
  group: RowGroup,
  options: Options,
): readonly Stmt[] | undefined {
  if (isLeftAlone(group, options)) return undefined;
  const { between, fills } = group;
  const { target, names, note } = options;
  const size = rowsAtOnce(group.members, between, target);
  if (!size) return undefined;
  const unfilled = statements.filter(s => s.kind !== 'fill' || !fills.includes(s));
  const memberOf = new Map<Stmt, Member>(group.members.map(m => [m.stmt, m]));
  const order = broughtTogether(unfilled, [...memberOf.keys()]);
  const members = order?.members.flatMap(s => memberOf.get(s) ?? []) ?? [];
  const together = order && runInBlocks(members, between, size, { target, names });
  if (!together) return undefined;
  const isBetween = (s: Stmt): boolean => s.kind === 'declare' && between.includes(s.node);
  const declares = order.before.filter(isBetween);
  const parts = contractIn([...declares, ...statementsOf(together.nest)], mostBytes, note);
  const isOnStack = bytesIn(parts) <= mostBytes;
  if (!isOnStack || statementsOf(parts).some(isBetween)) return undefined;
  const nest = fills.reduce(filledInTurns, parts);
  const arrays = between.map(({ name }) => name);
  const step = { kind: 'rows at once', arrays, ...size } as const;
  note?.({ about: 'nest', step, before: order.members, after: nest });
  const before = order.before.filter(s => !isBetween(s));
  return [...before, ...together.sums.map(declare), nest, ...order.after];
}

/** Fills each part of an array where the part is declared, instead of the whole array. */
function filledInTurns(s: Stmt, { node, value, origins }: Fill): Stmt {
  return rewriteStmts(s, part =>
    part.kind === 'declare' && part.node.name === node.name
      ? block([part, fill(part.node, value, origins)])
      : undefined,
  );
}

/** The arrays of an iteration are on the stack of its thread, which has 8 MiB. */
const mostBytes = 6 * 2 ** 20;

function bytesIn(s: Stmt): number {
  return [...declaredIn(s)].reduce((sum, node) => sum + sizeOf(node), 0);
}
