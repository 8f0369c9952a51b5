/**
 * Fuses elementwise uses of a product into the product, if nothing else needs it, so that it is never in memory: the
 * gradient of a weight goes from a register into its update.
 *
 *   before   local d: f32[512, 784];
 *            for o < 512 { for i < 784 { local s: f32 := 0; for b < 32 { s += … } d[o, i] := s; } }
 *            for o < 512 { for i < 784 { m[o, i] := 0.9 * m[o, i] + d[o, i]; } }
 *            for o < 512 { for i < 784 { w[o, i] += -0.01 * (m[o, i] + d[o, i]); } }
 *
 *   after    for o < 512 { for i < 784 {
 *              local d: f32;
 *              local s: f32 := 0; for b < 32 { s += … } d := s;
 *              m[o, i] := 0.9 * m[o, i] + d;
 *              w[o, i] += -0.01 * (m[o, i] + d);
 *            } }
 *
 * Exact: turns are independent before and after. Only if the nest becomes a tile, the epilogue is short, and the arrays
 * would fill a cache.
 */
import { asLoop, at, type Index, type LoopVar } from '../core/index-expr.ts';
import { infoOf } from '../core/op.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { sitesUnder, usersAmong } from '../loop/facts.ts';
import {
  type Accumulate,
  block,
  declare,
  type For,
  forLoops,
  type Stmt,
  type Write,
} from '../loop/ir.ts';
import { rewriteStmts, substituteLoopsIn, visitExpr } from '../loop/traverse.ts';
import { type Nest, nestAt } from '../schedule/nest.ts';
import { noOverrides, type OverrideOf } from '../schedule/override.ts';
import { broughtTogetherEarly } from '../schedule/bring-together.ts';
import type { Target } from '../schedule/target.ts';
import { isTile, tileFor } from '../schedule/tile/tile.ts';
import { contractIn } from './contract-arrays.ts';
import type { Decision, Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export function fuseEpilogues(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'fuse-epilogues',
    run: (program, note) => {
      const options = { target, overrideOf: overrides(program), note };
      return withBody(program, fusedIn(program.body, options));
    },
  };
}

interface Options {
  readonly target: Target;
  readonly overrideOf: OverrideOf;
  readonly note: Note | undefined;
}

/** In all blocks of a statement, innermost first. */
function fusedIn(s: Stmt, options: Options): Stmt {
  return rewriteStmts(s, inner => {
    if (inner.kind !== 'block') return undefined;
    const arrays = inner.body.flatMap(part => (part.kind === 'declare' ? [part.node] : []));
    const large = arrays.filter(node => sizeOf(node) > options.target.cacheBytes * shareOfCache);
    const body = withEpilogues(inner.body, large, options);
    return body === inner.body ? undefined : block(body);
  });
}

/** A share of the second-level cache: smaller arrays come back from it as fast as a tile with a long epilogue runs. */
const shareOfCache = 1 / 2;

function withEpilogues(
  statements: readonly Stmt[],
  nodes: readonly TensorNode[],
  options: Options,
): readonly Stmt[] {
  let all = { statements, users: usersAmong(statements) };
  for (const node of nodes) {
    const after = withEpilogue(all.statements, all.users.get(node) ?? [], { node, options });
    if (after) all = { statements: after, users: usersAmong(after) };
  }
  return all.statements;
}

/** The statements with all uses of the array fused; undefined if they stay as they are. */
function withEpilogue(
  statements: readonly Stmt[],
  users: readonly Stmt[],
  { node, options }: { readonly node: TensorNode; readonly options: Options },
): readonly Stmt[] | undefined {
  const loops = users.filter(s => s.kind === 'for');
  const isWanted = loops.every(loop => options.overrideOf(loop).fuse !== false);
  if (loops.length < 2 || loops.length < users.length || !isWanted) return undefined;
  const nests = nestsOf(loops, node);
  // Later, what the product is of would have to wait for the update, which comes at the end.
  const order = nests && broughtTogetherEarly(statements, loops);
  const fused = order && asOne(nests, node, options);
  if (!fused) return undefined;
  const step = { kind: 'fuse', loop: fused.loop, turns: fused.extent } as const;
  options.note?.({ about: 'nest', step, before: loops, after: fused });
  const before = order.before.filter(s => s.kind !== 'declare' || s.node !== node);
  return [...before, fused, ...order.after];
}

interface Nests {
  readonly product: Nest;
  /** The nest with the other statements that use its cells. */
  readonly both: Nest;
}

function nestsOf([first, ...others]: readonly For[], node: TensorNode): Nests | undefined {
  const product = first && nestAt(first);
  const both = others.reduce<Nest | undefined>(
    (nest, loop) => nest && withStatementsOf(nest, loop, node),
    product,
  );
  return product && both && { product, both };
}

/** They are one nest with a scalar in the place of the array. */
function asOne(
  { product, both }: Nests,
  node: TensorNode,
  { target, note }: Options,
): For | undefined {
  if (!isTiled(product, target)) return undefined;
  const loops = forLoops(both.loops, block(both.body));
  const decisions: Decision[] = [];
  const fused = contractIn([declare(node), loops], mostBytes, d => decisions.push(d));
  const nest = fused.kind === 'for' ? nestAt(fused) : undefined;
  const isIndependent = nest?.loops.length === product.loops.length;
  if (fused.kind !== 'for' || !isIndependent || !isTiled(nest, target)) return undefined;
  decisions.forEach(decision => note?.(decision));
  return fused;
}

/** Arrays of so few bytes become scalars, which need no cache. */
const mostBytes = 64;

function isTiled(nest: Nest, target: Target): boolean {
  return isTile(tileFor(nest, target));
}

/** The nest, with another one's statements for the same cell appended to each turn; undefined if that is not legal. */
function withStatementsOf(nest: Nest, loop: For, node: TensorNode): Nest | undefined {
  const later = nestAt(loop);
  if (!later || !isCheap(later)) return undefined;
  const binding = sameCell(nest, later, node);
  if (!binding) return undefined;
  const body = later.body.map(s => substituteLoopsIn(s, binding));
  return { ...nest, body: [...nest.body, ...body] };
}

/** Longer epilogues are as fast by themselves, and would be unrolled for each cell of a tile. */
const mostCost = 32;

function isCheap({ body }: Nest): boolean {
  return body.every(isStore) && body.reduce((sum, s) => sum + costOf(s), 0) <= mostCost;
}

function isStore(s: Stmt): s is Write | Accumulate {
  return s.kind === 'write' || s.kind === 'accumulate';
}

function costOf(s: Stmt): number {
  let cost = 0;
  if (!isStore(s)) return cost;
  visitExpr(s.value, e => {
    if (e.kind === 'apply') cost += infoOf(e.op).cost;
  });
  return cost;
}

/** The loops of a later nest in terms of the first nest's, so that both are at the same cell. */
function sameCell(
  first: Nest,
  later: Nest,
  node: TensorNode,
): ReadonlyMap<LoopVar, Index> | undefined {
  const [stored, used] = [first, later].map(nest =>
    nest.body.flatMap(s => sitesUnder(s)).find(site => site.node === node),
  );
  const binding = new Map<LoopVar, Index>();
  for (const [axis, ix] of (used?.index ?? []).entries()) {
    const from = first.loops.find(l => l.loop === asLoop(stored?.index?.[axis] ?? ix));
    const to = later.loops.find(l => l.loop === asLoop(ix));
    if (!from && !to) continue;
    if (!from || !to || from.extent !== to.extent || binding.has(to.loop)) return undefined;
    binding.set(to.loop, at(from.loop));
  }
  const isAll = binding.size === later.loops.length && binding.size === first.loops.length;
  return isAll ? binding : undefined;
}
