/**
 * Moves packing out of a loop that does not change what is packed: keys and values, in a loop over blocks of rows of
 * attention.
 *
 *   before   for s_block < 64 { for i < 8 {
 *              local k_panel: f32[64, 48];
 *              for d < 64 { for t < 48 { k_panel[d, t] := k[48*i + t, d]; } }
 *              … k_panel[d, t] …
 *            } }
 *
 *   after    for i < 8 { for d < 64 { for t < 48 { k_panels[i, d, t] := k[48*i + t, d]; } } }
 *            for s_block < 64 { for i < 8 { … k_panels[i, d, t] … } }
 *
 * Each copy is contiguous and is read at full memory bandwidth, while its source may span many pages. Only if the loop has
 * several turns, few enough rows use a copy in each, and all copies fit in the last-level cache. Turns of independent
 * outer loops keep copies of their own. Exact.
 */
import { Names } from '../core/names.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsAlong, namesIn, sitesUnder, writtenIn } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, declare, type For, forLoop, type Stmt, statementsOf } from '../loop/ir.ts';
import { mapParts } from '../loop/traverse.ts';
import { copiesApart, type Copy, loopsUsedIn } from '../schedule/tile/copies.ts';
import type { Target } from '../schedule/target.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

/** To be worth an array that stays while the loop runs. */
const fewestTurns = 4;

/** Of a cell, in one turn: to copy what is read more often takes next to nothing of it. */
const mostReads = 512;

/** Of all copies for one loop, whatever is around it. */
const mostBytes = 32 * 2 ** 20;

export function hoistCopies(target: Target): Pass {
  return {
    name: 'hoist-copies',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const arrays: TensorNode[] = [];
      const hoisted = (s: Stmt, around: readonly For[]): Stmt => {
        const here = s.kind === 'for' ? outsideOf(s, around, target, names) : undefined;
        const inside = s.kind === 'for' ? [...around, s] : around;
        const parts = { expr: same, stmt: (child: Stmt) => hoisted(child, inside) };
        if (!here) return mapParts(s, parts);
        const own = here.copies.map(({ array }) => array);
        arrays.push(...own);
        const after = block([...here.copies.map(({ stmt }) => stmt), mapParts(here.loop, parts)]);
        const step = { arrays: own.map(({ name }) => name), loop: here.loop.loop };
        note?.({ about: 'nest', step: { kind: 'copy once', ...step }, before: [s], after });
        return after;
      };
      const body = hoisted(program.body, []);
      if (arrays.length === 0) return program;
      return withBody(program, block([...arrays.map(declare), ...statementsOf(body)]));
    },
  };
}

function same<T>(value: T): T {
  return value;
}

interface Hoisted {
  readonly loop: For;
  readonly copies: readonly Copy[];
}

/** Undefined where no copy in the loop is the same in all of its turns. */
function outsideOf(
  loop: For,
  around: readonly For[],
  { sharedCacheBytes }: Target,
  names: Names,
): Hoisted | undefined {
  if (loop.mode !== 'serial' || loop.extent < fewestTurns) return undefined;
  const changed = new Set([...writtenIn(loop), ...declaredIn(loop)]);
  const outer = around.filter(isIndependent);
  const turns = product(outer.map(l => l.extent));
  const most = Math.min(mostBytes, turns * sharedCacheBytes);
  const isFixed = ({ stmt }: Copy): boolean =>
    !loopsUsedIn(stmt).has(loop.loop) &&
    sitesUnder(stmt).every(({ kind, node }) => kind !== 'read' || !changed.has(node));
  const copies: Copy[] = [];
  let { body } = loop;
  for (const panel of declaredIn(loop)) {
    const apart = panel.dims.length > 0 && copiesApart(body, panel, outer, names);
    if (
      !apart ||
      !apart.copies.every(copy => isFixed(copy) && isReadSeldom(copy, apart.rest, outer))
    )
      continue;
    if (bytesOf([...copies, ...apart.copies]) > most) continue;
    copies.push(...apart.copies);
    ({ rest: body } = apart);
  }
  return copies.length > 0 ? { loop: forLoop(loop.loop, loop.extent, body), copies } : undefined;
}

/** `outer`: the loops around of which each turn has a part of the array. */
function isReadSeldom({ array }: Copy, s: Stmt, outer: readonly For[]): boolean {
  const reads = sitesUnder(s)
    .filter(({ node }) => node === array)
    .map(({ path }) => product(loopsAlong(path).map(l => l.extent)));
  const cells = product(array.dims.slice(outer.length));
  return reads.reduce((a, b) => a + b, 0) <= mostReads * cells;
}

function bytesOf(copies: readonly Copy[]): number {
  return copies.reduce((sum, { array }) => sum + sizeOf(array), 0);
}
