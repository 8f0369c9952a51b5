/** Makes sums that leave out the terms that read margins, for `skip-margins`. */
import type { LoopVar } from '../core/index-expr.ts';
import {
  accumulate,
  block,
  type Expr,
  forLoops,
  type Leaf,
  type Program,
  type Read,
  type Stmt,
} from '../loop/ir.ts';
import { rewriteExpr, rewriteOutermost, visitStmts } from '../loop/traverse.ts';
import { type SumUnderConditions, underConditions } from '../schedule/tile/conditions.ts';
import { type Nest, nestAt } from '../schedule/nest.ts';
import { type NestOverride, type OverrideOf, unless } from '../schedule/override.ts';
import { onlySumOf } from '../schedule/tile/sliding.ts';
import type { Target } from '../schedule/target.ts';
import { isTile, tileFor } from '../schedule/tile/tile.ts';
import type { Decision } from './decision.ts';
import { insideMargins, type InsideMargins, type Margins } from './margins.ts';
import { withBody } from './pipeline.ts';

/** The program with such sums, and the decisions made. */
export interface Skipped {
  readonly program: Program;
  /** The additions of these sums. */
  readonly terms: ReadonlySet<Leaf>;
  readonly notes: readonly Decision[];
}

export type Skipping = (program: Program, of: readonly Margins[]) => Skipped;

export function skippingFor(target: Target, overrideOf: OverrideOf): Skipping {
  return (program, of) => {
    const margins = new Map(of.map(m => [m.node, m]));
    const extents = extentsIn(program);
    const terms = new Set<Leaf>();
    const notes: Decision[] = [];
    const rule = unless('tile', overrideOf, loop => {
      const nest = nestAt(loop);
      const sum = nest && onlySumOf(nest);
      if (!nest || sum?.leaf.op !== 'add') return undefined;
      const factor = factorsOf(sum.leaf.value).find(({ node }) => margins.has(node));
      const own = factor && margins.get(factor.node);
      const found = own && insideMargins(own, factor.index, extents);
      const term = found && termInside(sum, factor, found);
      const after = term && inside(nest, sum, found, term);
      // Only whole nests are considered, not the inner loops of one.
      if (!after || !hasTile(after, target, overrideOf(loop))) return loop;
      const step = { kind: 'skip', array: factor.node.name } as const;
      notes.push({ about: 'nest', step, before: [loop], after });
      terms.add(term);
      return after;
    });
    const body = of.length > 0 ? rewriteOutermost(program.body, rule) : program.body;
    return { program: withBody(program, body), terms, notes };
  };
}

export function extentsIn({ body }: Program): ReadonlyMap<LoopVar, number> {
  const extents = new Map<LoopVar, number>();
  visitStmts(body, s => {
    if (s.kind === 'for') extents.set(s.loop, s.extent);
  });
  return extents;
}

/** The reads that make a value 0 if they are 0. */
function factorsOf(value: Expr): readonly Read[] {
  if (value.kind === 'read') return [value];
  if (value.kind === 'cast') return factorsOf(value.value);
  return value.kind === 'apply' && value.op === 'mul' ? value.args.flatMap(factorsOf) : [];
}

/** The addition, reading inside the margins. */
function termInside({ leaf }: SumUnderConditions, factor: Read, { value }: InsideMargins): Leaf {
  const inner = rewriteExpr(leaf.value, e => (e === factor ? value : undefined));
  return accumulate(leaf.op, leaf.node, leaf.index, inner, leaf.origins);
}

/** The nest with only those terms of its sum whose factor lies inside the margins. */
function inside(
  { loops, body }: Nest,
  { loops: over, conditions }: SumUnderConditions,
  found: InsideMargins,
  term: Leaf,
): Stmt {
  const terms = underConditions(over, [...conditions, ...found.conditions], term);
  const isSum = (s: Stmt): boolean => s.kind === 'for' || s.kind === 'when';
  return forLoops(loops, block(body.map(s => (isSum(s) ? terms : s))));
}

/** Whether the conditions are decided in the unrolled loops of a tile. */
function hasTile(s: Stmt, target: Target, asked: NestOverride): boolean {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const tile = nest && tileFor(nest, target, asked);
  return tile !== undefined && isTile(tile) && tile.taps !== undefined;
}
