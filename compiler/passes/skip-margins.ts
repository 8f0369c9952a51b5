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
 * An array that holds more than copies stays, less its margins, if all that reaches beyond are such sums. `relu` of a picture:
 *
 *   before   local pad: f32[30, 64];             after   local pad: f32[28, 64];
 *            zero_out pad;
 *            for v < 28 { for c < 64 {                   for v < 28 { for c < 64 {
 *              pad[v + 1, c] := relu(x[v, c]);             pad[v, c] := relu(x[v, c]);
 *            } }                                         } }
 *
 * Not exact where the factor 0 meets a NaN or an infinity in a filter, which then no longer makes the result NaN: a margin
 * says that there is no picture. The sign of a sum of zeros may change. Sums keep the order of their terms.
 */
import type { TensorNode } from '../core/tensor-node.ts';
import { sameIndices } from '../core/index-expr.ts';
import { localsOf, type Site, sitesUnder } from '../loop/facts.ts';
import { block, type Leaf, type Program } from '../loop/ir.ts';
import { sitesByNode } from '../loop/statement-table.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import { noOverrides } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { cutTo } from './cut-array.ts';
import { insideMargins, type Margins, marginsOf } from './margins.ts';
import { type Pass, withBody } from './pipeline.ts';
import { extentsIn, type Skipped, type Skipping, skippingFor } from './sums-inside.ts';

export function skipMargins(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'skip-margins',
    run: (program, note) => {
      const margins = marginsIn(program);
      if (margins.length === 0) return program;
      const skipping = skippingFor(target, overrides(program));
      const [copies = [], others = []] = [true, false].map(isCopy =>
        margins.filter(({ copied }) => (copied !== undefined) === isCopy),
      );
      const first = skipping(program, copies);
      const cut = others.reduce((soFar, of) => withoutMargins(soFar, of, skipping), first);
      if (note) cut.notes.forEach(note);
      return cut.program;
    },
  };
}

function marginsIn(program: Program): readonly Margins[] {
  const sitesOf = sitesByNode(program);
  return localsOf(program).flatMap(node => marginsOf(node, sitesOf) ?? []);
}

/** The array less its margins, if all sums that reach beyond are inside of them now; else all as it was. */
function withoutMargins(before: Skipped, margins: Margins, skipping: Skipping): Skipped {
  const { node } = margins;
  const { program, terms, notes } = skipping(before.program, [margins]);
  const extents = extentsIn(program);
  const sites = sitesByNode(program)(node);
  const isInside = ({ kind, index, leaf }: Site): boolean => {
    if (kind !== 'read') return true;
    const own = terms.has(leaf) && isReadAtOnePlace(node, leaf);
    return own || (index && insideMargins(margins, index, extents))?.conditions.length === 0;
  };
  if (terms.size === 0 || !sites.every(isInside)) return before;
  const filled = sites.find(({ kind }) => kind === 'fill')?.leaf;
  const unfilled = rewriteStmts(program.body, s => (s === filled ? block([]) : undefined));
  const cells = margins.before.map((first, axis) => {
    return { first, last: first + (margins.extents[axis] ?? 1) - 1 };
  });
  return {
    program: withBody(program, cutTo(unfilled, node, cells)),
    terms: before.terms,
    notes: [...before.notes, ...notes],
  };
}

function isReadAtOnePlace(node: TensorNode, leaf: Leaf): boolean {
  const [first = [], ...others] = sitesUnder(leaf).flatMap(site =>
    site.node === node && site.index ? [site.index] : [],
  );
  return others.every(index => sameIndices(index, first));
}
