/** Elementwise nests: fuses two of them, and flattens the loops of one into a single loop over cells. */
import {
  asLoop,
  at,
  digitOf,
  fixed,
  type Index,
  loopsIn,
  type LoopVar,
  loopVar,
  sameIndex,
  sameIndices,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { groupByNode, isLeaf, type Site, sitesUnder } from '../../loop/facts.ts';
import { block, type For, forLoop, forLoops, type Stmt } from '../../loop/ir.ts';
import { expressionsOf, substituteLoopsIn, visitExpr } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { type Nest, nestAt } from '../nest.ts';

/** Undefined if turns hold more than stores, or are not independent. */
export function cellNestAt(outermost: For): Nest | undefined {
  const nest = nestAt(outermost);
  const isPlain = nest?.body.every(s => s.kind === 'declare' || (isLeaf(s) && s.kind !== 'fill'));
  return isPlain ? nest : undefined;
}

/** Two such nests fused turn by turn. Undefined if that would change the meaning. */
export function asOneNest(a: For, b: For): For | undefined {
  const [first, second] = [cellNestAt(a), cellNestAt(b)];
  if (!first || !second || first.loops.length !== second.loops.length) return undefined;
  if (!first.loops.every((l, i) => l.extent === second.loops[i]?.extent)) return undefined;
  const same = new Map(second.loops.map((l, i) => [l.loop, at(first.loops[i]?.loop ?? l.loop)]));
  const after = second.body.map(s => substituteLoopsIn(s, same));
  const both = forLoops(first.loops, block([...first.body, ...after]));
  if (both.kind !== 'for') return undefined;
  const nest = cellNestAt(both);
  return nest?.loops.length === first.loops.length && hasOwnCells(nest) ? both : undefined;
}

/** Whether each turn touches only one cell of every array that is stored to. */
function hasOwnCells({ body }: Nest): boolean {
  const groups = groupByNode(body.flatMap(s => sitesUnder(s)));
  return [...groups.values()].every(sites => {
    const cell = sites[0]?.index;
    return (
      sites.every(({ kind }) => kind === 'read') ||
      sites.every(({ index }) => index && cell && sameIndices(index, cell))
    );
  });
}

/**
 * The loops of a nest flattened into one, if they traverse its arrays in memory order:
 *
 *   for o < 8 { for i < 32 { w[o, i] -= g[o, i]; } }   →   for k < 256 { w[k / 32, k % 32] -= g[k / 32, k % 32]; }
 */
export function counted(nest: Nest, names: Names): For | undefined {
  const turning = nest.loops.filter(l => l.extent > 1);
  const sites = nest.body.flatMap(s => sitesUnder(s));
  const order = sites.map(site => loopsOf(site, turning)).find(l => l.length > 0) ?? [];
  const loops = order.flatMap(loop => turning.find(l => l.loop === loop) ?? []);
  const isAll = loops.length === turning.length && turning.length > 1;
  if (!isAll || !sites.every(site => isInOrder(site, loops))) return undefined;
  if (nest.body.some(s => usesAsValue(s, nest.loops))) return undefined;
  const count = loopVar(names.fresh('cell'));
  const extent = product(loops.map(l => l.extent));
  const still = nest.loops.map(({ loop }): readonly [LoopVar, Index] => [loop, fixed(0)]);
  const digits = new Map([...still, ...digitsOf(count, loops)]);
  return forLoop(count, extent, substituteLoopsIn(block(nest.body), digits));
}

/** The loops that are subscripts by themselves. */
function loopsOf({ index = [] }: Site, loops: readonly For[]): readonly LoopVar[] {
  const own = new Set(loops.map(l => l.loop));
  return index.flatMap(ix => asLoop(ix) ?? []).filter(loop => own.has(loop));
}

/** Whether it touches consecutive cells as the loops turn, or always the same one. */
function isInOrder({ node, index }: Site, loops: readonly For[]): boolean {
  if (!index) return false;
  const own = new Set(loops.map(l => l.loop));
  if (!index.some(ix => loopsIn(ix).some(loop => own.has(loop)))) return true;
  const axes = index.flatMap((ix, axis) => {
    const dim = node.dims[axis] ?? 0;
    return dim === 1 && sameIndex(ix, fixed(0)) ? [] : [{ ix, dim }];
  });
  return (
    axes.length === loops.length &&
    axes.every(({ ix, dim }, i) => asLoop(ix) === loops[i]?.loop && dim === loops[i]?.extent)
  );
}

function usesAsValue(s: Stmt, loops: readonly For[]): boolean {
  const own = new Set(loops.map(l => l.loop));
  let uses = false;
  if (!isLeaf(s)) return false;
  for (const value of expressionsOf(s)) {
    visitExpr(value, e => {
      uses ||= e.kind === 'index' && loopsIn(e.index).some(loop => own.has(loop));
    });
  }
  return uses;
}

function digitsOf(count: LoopVar, loops: readonly For[]): readonly (readonly [LoopVar, Index])[] {
  return loops.map(({ loop, extent }, i) => {
    const over = product(loops.slice(i + 1).map(l => l.extent));
    return [loop, digitOf({ of: at(count), over, below: i === 0 ? undefined : extent })];
  });
}
