/**
 * Runs products that follow one another over the same rows, and what is done to the rows between them, for
 * some rows at a time: then what lies between is never in memory as a whole. So attention needs no
 * matrix of scores.
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
 * An array that is filled before is filled part by part. Turns of the loops around do not need each other, before and after, so every bit stays. What all rows
 * read is read again for each block of them: it must stay in a cache, and is copied once
 * where each block would have to copy it.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { block, type Fill, fill, type Stmt, statementsOf } from '../loop/ir.ts';
import { mapParts, rewriteStmts } from '../loop/traverse.ts';
import { meet } from '../schedule/neighbours.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import { rowsAtOnce, runInBlocks } from '../schedule/row-blocks.ts';
import { type Member, type RowGroup, rowGroupsOf } from '../schedule/row-group.ts';
import type { Target } from '../schedule/target.ts';
import { contractIn } from './contract-arrays.ts';
import type { Note } from './decision.ts';
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
  const inner = mapParts(s, { expr: e => e, stmt: child => inBlocksOf(child, options) });
  if (inner.kind !== 'block') return inner;
  const groups = rowGroupsOf(inner.body, options.target.cacheBytes);
  const body = groups.reduce(
    (before, group) => withGroup(before, group, options) ?? before,
    inner.body,
  );
  return body === inner.body ? inner : block(body);
}

/** The statements, a group of which runs block by block; undefined where that cannot be, or does not pay. */
function withGroup(
  statements: readonly Stmt[],
  { members: unordered, between, fills }: RowGroup,
  { target, overrideOf, names, note }: Options,
): readonly Stmt[] | undefined {
  if (unordered.some(({ stmt }) => overrideOf(stmt).fuse === false)) return undefined;
  const size = rowsAtOnce(unordered, between, target);
  const unfilled = statements.filter(s => s.kind !== 'fill' || !fills.includes(s));
  const order = size && movedTogether(unfilled, unordered);
  const together = order && runInBlocks(order.members, between, size, { target, names });
  if (!together) return undefined;
  const isBetween = (s: Stmt): boolean => s.kind === 'declare' && between.includes(s.node);
  const declares = order.before.filter(isBetween);
  const parts = contractIn([...declares, ...statementsOf(together)], 2 * target.cacheBytes, note);
  if (statementsOf(parts).some(isBetween)) return undefined;
  const after = fills.reduce(filledInTurns, parts);
  const arrays = between.map(({ name }) => name);
  const before = order.members.map(({ stmt }) => stmt);
  note?.({ about: 'nest', step: { kind: 'rows at once', arrays, ...size }, before, after });
  return [...order.before.filter(s => !isBetween(s)), after, ...order.after];
}

/** What was filled as a whole is filled part by part, where the part is declared. */
function filledInTurns(s: Stmt, { node, value, origins }: Fill): Stmt {
  return rewriteStmts(s, part =>
    part.kind === 'declare' && part.node.name === node.name
      ? block([part, fill(part.node, value, origins)])
      : undefined,
  );
}

interface Order {
  readonly before: readonly Stmt[];
  readonly members: readonly Member[];
  readonly after: readonly Stmt[];
}

/** The members side by side: what stands between them comes before, or after where it needs one of them. */
function movedTogether(statements: readonly Stmt[], group: readonly Member[]): Order | undefined {
  const memberOf = new Map<Stmt, Member>(group.map(m => [m.stmt, m]));
  const [before, members, after]: [Stmt[], Member[], Stmt[]] = [[], [], []];
  for (const s of statements) {
    const member = memberOf.get(s);
    const isBehind = members.length === group.length;
    const passed = [...(member ? [] : members.map(m => m.stmt)), ...after];
    const mustWait = !isBehind && passed.some(other => meet(other, s));
    if (member && mustWait) return undefined;
    if (member) members.push(member);
    else (isBehind || mustWait ? after : before).push(s);
  }
  return { before, members, after };
}
