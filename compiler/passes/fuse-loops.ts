/**
 * Runs loops over the same rows as one, so that what one row of a chain of operations leaves is still
 * in the cache, or in a register, when the next one needs it; and keeps of an array that lives for
 * one turn no more than that turn's part.
 *
 *   before   for b < 4096 { for i < 1024 { m[b] max= x[b, i]; } }
 *            for b < 4096 { for i < 1024 { e[b, i] := exp(x[b, i] - m[b]); } }
 *
 *   after    for b < 4096 {
 *              local m: f32;
 *              local e: f32[1024];
 *              for i < 1024 { m max= x[b, i]; }
 *              for i < 1024 { e[i] := exp(x[b, i] - m); }
 *            }
 *
 * Loops are fused whose turns do not need each other, before and after, so every bit stays. Loops
 * with tiles in them stay as they are, and so do small ones.
 */
import { at } from '../core/index-expr.ts';
import { sitesUnder } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, type Program, type Stmt, statementsOf } from '../loop/ir.ts';
import { mapParts, substituteLoopsIn, visitStmts } from '../loop/traverse.ts';
import { turnsIn } from '../schedule/nest.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { contractArrays } from './contract-arrays.ts';
import type { Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseLoops(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'fuse-loops',
    run: (program, note) => fused(program, { target, overrideOf: overrides(program), note }),
  };
}

/** Again, until nothing changes: loops that stand in fused ones may be fused then. */
interface Options {
  readonly target: Target;
  readonly overrideOf: OverrideOf;
  readonly note: Note | undefined;
}

function fused(program: Program, options: Options): Program {
  const body = fuseIn(program.body, options);
  if (body === program.body) return program;
  return fused(contractArrays(withBody(program, body), options.note), options);
}

function fuseIn(s: Stmt, options: Options): Stmt {
  const inner = mapParts(s, { expr: e => e, stmt: child => fuseIn(child, options) });
  if (inner.kind !== 'block') return inner;
  const body = fuseNeighbours(inner.body, options);
  return body.length === inner.body.length ? inner : block(body);
}

/** Declarations between two loops move before both. */
function fuseNeighbours(body: readonly Stmt[], options: Options): readonly Stmt[] {
  const out: Stmt[] = [];
  for (const s of body) {
    const last = out.findLastIndex(other => other.kind !== 'declare');
    const before = out[last];
    const both = s.kind === 'for' && before?.kind === 'for' && fusedOf(before, s, options);
    if (both) out.splice(last, out.length - last, ...out.slice(last + 1), both);
    else out.push(s);
  }
  return out;
}

function fusedOf(a: For, b: For, { target, overrideOf, note }: Options): For | undefined {
  if (a.extent !== b.extent || !isPlain(a) || !isPlain(b) || !shareArrays(a, b)) return undefined;
  if (overrideOf(a).fuse === false || overrideOf(b).fuse === false) return undefined;
  if (turnsIn(a) < target.leastTurns || !isIndependent(a) || !isIndependent(b)) return undefined;
  const body = substituteLoopsIn(b.body, new Map([[b.loop, at(a.loop)]]));
  const both = forLoop(a.loop, a.extent, block([...statementsOf(a.body), ...statementsOf(body)]));
  if (!isIndependent(both)) return undefined;
  const step = { kind: 'fuse', loop: a.loop, turns: a.extent } as const;
  note?.({ about: 'nest', step, before: [a, b], after: both });
  return both;
}

function isPlain(loop: For): boolean {
  let isSo = true;
  visitStmts(loop, s => {
    isSo &&= s.kind !== 'for' || s.mode === 'serial';
  });
  return isSo;
}

/** Whether one stores what the other uses. */
function shareArrays(a: For, b: For): boolean {
  const [before, after] = [a, b].map(loop => sitesUnder(loop));
  const stored = new Set(before?.filter(site => site.kind !== 'read').map(site => site.node));
  return after?.some(site => stored.has(site.node)) ?? false;
}
