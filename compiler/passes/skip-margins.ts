/**
 * Leaves out the terms of a sum that have a factor 0 for being outside of a picture, and reads the picture itself, where
 * a tile then decides in its unrolled loops which terms there are (`../schedule/tile/conditions.ts`). Before, what is
 * zeros around a copy of the picture is read:
 *
 *   before   local pad: f32[30, 64];
 *            zero_out pad;
 *            for v < 28 { for c < 64 { pad[v + 1, c] := x[v, c]; } }
 *            for v < 28 { for o < 64 { … for c < 64 { for j < 3 { s += pad[v + j, c] * w[j, c, o]; } } … } }
 *
 *   after    local pad: … (which `drop-dead` takes away)
 *            for v < 28 { for o < 64 { … for c < 64 { for j < 3 {
 *              when v + j - 1 < 28 { when -1*v - j + 1 < 1 { s += x[v + j - 1, c] * w[j, c, o]; } } } } … } }
 *
 * Not exact where the factor 0 meets a NaN or an infinity in a filter, which then no longer makes the result NaN: a margin
 * says that there is no picture. The sign of a sum of zeros may change. Sums keep the order of their terms.
 */
import type { LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { localsOf, sitesByNode } from '../loop/facts.ts';
import {
  accumulate,
  block,
  type Expr,
  forLoops,
  type Program,
  type Read,
  type Stmt,
} from '../loop/ir.ts';
import { rewriteExpr, rewriteOutermost, visitStmts } from '../loop/traverse.ts';
import { type SumUnderConditions, underConditions } from '../schedule/tile/conditions.ts';
import { type Nest, nestAt } from '../schedule/nest.ts';
import { type NestOverride, noOverrides, unless } from '../schedule/override.ts';
import { onlySumOf } from '../schedule/tile/sliding.ts';
import type { Target } from '../schedule/target.ts';
import { isTile, tileFor } from '../schedule/tile/tile.ts';
import { insideMargins, type InsideMargins, type Margins, marginsOf } from './margins.ts';
import { type Pass, withBody } from './pipeline.ts';

export function skipMargins(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'skip-margins',
    run: (program, note) => {
      const margins = marginsIn(program);
      if (margins.size === 0) return program;
      const overrideOf = overrides(program);
      const extents = extentsIn(program);
      const rule = unless('tile', overrideOf, loop => {
        const nest = nestAt(loop);
        const sum = nest && onlySumOf(nest);
        if (!nest || sum?.leaf.op !== 'add') return undefined;
        const factor = factorsOf(sum.leaf.value).find(({ node }) => margins.has(node));
        const of = factor && margins.get(factor.node);
        const found = of && insideMargins(of, factor.index, extents);
        const after = found && inside(nest, sum, factor, found);
        // A nest is looked at as a whole, and not again less a loop around it.
        if (!after || !hasTile(after, target, overrideOf(loop))) return loop;
        const step = { kind: 'skip', array: factor.node.name } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

function marginsIn(program: Program): ReadonlyMap<TensorNode, Margins> {
  const sitesOf = sitesByNode(program);
  const found = new Map<TensorNode, Margins>();
  for (const node of localsOf(program)) {
    const margins = marginsOf(node, sitesOf);
    if (margins) found.set(node, margins);
  }
  return found;
}

function extentsIn({ body }: Program): ReadonlyMap<LoopVar, number> {
  const extents = new Map<LoopVar, number>();
  visitStmts(body, s => {
    if (s.kind === 'for') extents.set(s.loop, s.extent);
  });
  return extents;
}

/** What is read that, if it is 0, makes a value 0. */
function factorsOf(value: Expr): readonly Read[] {
  if (value.kind === 'read') return [value];
  if (value.kind === 'cast') return factorsOf(value.value);
  return value.kind === 'apply' && value.op === 'mul' ? value.args.flatMap(factorsOf) : [];
}

/** The nest with the terms of its sum for which a factor is none of the margins'. */
function inside(
  { loops, body }: Nest,
  { loops: over, conditions, leaf }: SumUnderConditions,
  factor: Read,
  found: InsideMargins,
): Stmt {
  const value = rewriteExpr(leaf.value, e => (e === factor ? found.value : undefined));
  const term = accumulate(leaf.op, leaf.node, leaf.index, value, leaf.origins);
  const terms = underConditions(over, [...conditions, ...found.conditions], term);
  const isSum = (s: Stmt): boolean => s.kind === 'for' || s.kind === 'when';
  return forLoops(loops, block(body.map(s => (isSum(s) ? terms : s))));
}

/** With conditions that the unrolled loops of a tile decide. */
function hasTile(s: Stmt, target: Target, asked: NestOverride): boolean {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const tile = nest && tileFor(nest, target, asked);
  return tile !== undefined && isTile(tile) && tile.taps !== undefined;
}
