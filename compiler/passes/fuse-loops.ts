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
import { at, plus } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { areIndependent, isIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, type Program, type Stmt, statementsOf } from '../loop/ir.ts';
import { mapParts, substituteLoopsIn, visitStmts } from '../loop/traverse.ts';
import { turnsIn } from '../schedule/nest.ts';
import type { Target } from '../schedule/target.ts';
import { contractArrays } from './contract-arrays.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseLoops(target: Target): Pass {
  return { name: 'fuse-loops', run: program => fused(program, target) };
}

/** Again, until nothing changes: loops that stand in fused ones may be fused then. */
function fused(program: Program, target: Target): Program {
  const body = fuseIn(program.body, { target, around: [] });
  if (body === program.body) return program;
  return fused(contractArrays(withBody(program, body)), target);
}

interface Place {
  readonly target: Target;
  readonly around: readonly For[];
}

function fuseIn(s: Stmt, place: Place): Stmt {
  const around = s.kind === 'for' ? [...place.around, s] : place.around;
  const inner = mapParts(s, {
    expr: e => e,
    stmt: child => fuseIn(child, { ...place, around }),
  });
  if (inner.kind !== 'block') return inner;
  const body = fuseNeighbours(inner.body, place);
  return body.length === inner.body.length ? inner : block(body);
}

function fuseNeighbours(body: readonly Stmt[], place: Place): readonly Stmt[] {
  let out: readonly Stmt[] = [];
  for (const s of body) out = (s.kind === 'for' && fusedWithOne(out, s, place)) || [...out, s];
  return out;
}

/** So many statements a loop may pass on its way to another. */
const mostPassed = 8;

/** With the nearest loop before it, if one of the two may pass the statements between them. */
function fusedWithOne(before: readonly Stmt[], s: For, place: Place): readonly Stmt[] | undefined {
  for (let at = before.length - 1; at >= Math.max(0, before.length - mostPassed); at--) {
    const other = before[at];
    const both = other?.kind === 'for' && fusedOf(other, s, place);
    if (!both) continue;
    const [first, between] = [before.slice(0, at), before.slice(at + 1)];
    if (between.every(t => !meet(t, other))) return [...first, ...between, both];
    if (between.some(t => meet(t, s))) continue;
    const declared = between.filter(t => t.kind === 'declare');
    return [...first, ...declared, both, ...between.filter(t => t.kind !== 'declare')];
  }
  return undefined;
}

function fusedOf(a: For, b: For, { target, around }: Place): For | undefined {
  if (!isPlain(a) || !isPlain(b) || !isWorth(a, b, target)) return undefined;
  const [first, second] = [splitLike(a, b), splitLike(b, a)];
  if (first.extent !== second.extent || turnsIn(first) < target.leastTurns) return undefined;
  const { loop, extent } = first;
  const after = substituteLoopsIn(second.body, new Map([[second.loop, at(loop)]]));
  const both = forLoop(loop, extent, block([...statementsOf(first.body), ...statementsOf(after)]));
  if (isIndependent(both)) return both;
  // Threads have their turns already: the sums down columns stay beside the rows.
  const isInParallel = holdsLoops(a) && holdsLoops(b) && around.some(isIndependent);
  return isInParallel && areIndependent(both, first.body, after) ? both : undefined;
}

/** Where the other loop takes as many turns block by block, a loop that does so. */
function splitLike(loop: For, other: For): For {
  const size = loop.extent / other.extent;
  const isBlocked = statementsOf(other.body).some(s => s.kind === 'for' && s.extent === size);
  if (size === 1 || !isBlocked) return loop;
  const turn = plus(at(other.loop, size), at(loop.loop));
  const body = substituteLoopsIn(loop.body, new Map([[loop.loop, turn]]));
  return forLoop(other.loop, other.extent, forLoop(loop.loop, size, body));
}

function holdsLoops(loop: For): boolean {
  return statementsOf(loop.body).some(s => s.kind === 'for');
}

function isPlain(loop: For): boolean {
  let isSo = true;
  visitStmts(loop, s => {
    isSo &&= s.kind !== 'for' || s.mode === 'serial';
  });
  return isSo;
}

/** Whether one needs the other, or they read the same, which is more than a cache holds. */
function isWorth(a: For, b: For, { cacheBytes }: Target): boolean {
  if (meet(a, b)) return true;
  const read = footprintOf(b).used;
  return [...footprintOf(a).used].some(node => read.has(node) && bytesIn(node) > cacheBytes);
}

function bytesIn(node: TensorNode): number {
  return cellsOf(node) * bytesOf[node.dtype];
}

/** Whether one stores what the other uses. */
function meet(a: Stmt, b: Stmt): boolean {
  const [x, y] = [footprintOf(a), footprintOf(b)];
  return (
    [...x.stored].some(node => y.used.has(node)) || [...y.stored].some(node => x.used.has(node))
  );
}

interface Footprint {
  readonly stored: ReadonlySet<TensorNode>;
  readonly used: ReadonlySet<TensorNode>;
}

/** Statements do not change, and each is asked about again for each of its neighbours. */
const footprints = new WeakMap<Stmt, Footprint>();

function footprintOf(s: Stmt): Footprint {
  const known = footprints.get(s);
  if (known) return known;
  const sites = sitesUnder(s);
  const stores = sites.filter(site => site.kind !== 'read');
  const nodes = (of: readonly Site[]): ReadonlySet<TensorNode> =>
    new Set(of.map(({ node }) => node));
  const footprint = { stored: nodes(stores), used: nodes(sites) };
  footprints.set(s, footprint);
  return footprint;
}
