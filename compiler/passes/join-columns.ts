/**
 * Makes one loop of two whose cells lie one after the other, so that vectors run across the ends of rows. The taps and
 * channels of a filter's gradient, rows of 24 cells on vectors of 16 lanes: 5 vectors for 72 cells instead of 6, of which each
 * second one would be half in vain.
 *
 *   before   for o < 32 { for j < 3 { for c < 24 { for v < 28 { w[o, j, c] += y[v, o] * x[v + j, c]; } } } }
 *
 *   after    for o < 32 { for n < 72 { for v < 28 {
 *              w[o, (n / 24), (n % 24)] += y[v, o] * x[v + (n / 24), (n % 24)];
 *            } } }
 *
 * Digits of one number in neighbouring axes are a contiguous place in memory (`../core/digits.ts`), so what follows sees one
 * loop along which all is contiguous. Only where columns of one term of the sum overlap those of the next: other nests stay in the
 * loops that they share with their neighbours, with which later passes fuse them. Exact: the same turns in the same order.
 */
import { at, digitOf, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { declaredIn, namesIn, type Site } from '../loop/facts.ts';
import { block, type For, forLoop, forLoops, type Stmt } from '../loop/ir.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { type Nest, nestAt, sitesOf, strideAlong, turnsIn, turnsOf } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { lanesOf, type Target } from '../schedule/target.ts';
import { doColumnsOverlap, packedAs } from '../schedule/tile/packing.ts';
import { storedBeside, summedIn } from '../schedule/tile/tile-loops.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function joinColumns(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'join-columns',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('vectorise', overrides(program), loop => {
        const nest = nestAt(loop);
        if (!nest || turnsOf(nest) < target.leastTurns) return undefined;
        const parts = joinableIn(nest, target);
        if (!parts) return undefined;
        const after = joined(parts, nest.body, names);
        const loops = parts.joined.map(l => l.loop);
        note?.({
          about: 'nest',
          step: { kind: 'count', loops, turns: turnsOfAll(parts.joined) },
          before: [loop],
          after,
        });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** The loops of a nest, outermost first: several that can be one, the last of which are its columns. */
interface Parts {
  readonly outer: readonly For[];
  readonly joined: readonly For[];
  readonly inner: readonly For[];
}

/** Undefined where nothing can be joined, or where that leaves no fewer vectors. */
function joinableIn(nest: Nest, target: Target): Parts | undefined {
  const { loops, body } = nest;
  const columns = storedBeside(nest);
  if (!columns || !body.some(s => turnsIn(s) > 1)) return undefined;
  const own = new Set(body.flatMap(s => [...declaredIn(s)]));
  const sites = sitesOf(nest).filter(({ node }) => !own.has(node));
  const stored = sites.find(({ kind }) => kind !== 'read');
  const lanes = stored ? lanesOf(target, stored.node.dtype) : 1;
  if (columns.extent < lanes) return undefined;
  const last = loops.indexOf(columns);
  let first = last;
  while (first > 0 && sites.every(site => isContiguous(site, loops.slice(first - 1, first + 1))))
    first -= 1;
  const joined = loops.slice(first, last + 1);
  if (!doRowsSlide(nest, joined)) return undefined;
  const apart = turnsOfAll(joined.slice(0, -1)) * Math.ceil(columns.extent / lanes);
  if (Math.ceil(turnsOfAll(joined) / lanes) >= apart) return undefined;
  return { outer: loops.slice(0, first), joined, inner: loops.slice(last + 1) };
}

/** Whether what is read across the columns for one term overlaps that for the next, as with the taps of a filter. */
function doRowsSlide(nest: Nest, joined: readonly For[]): boolean {
  const across = summedIn(nest).filter(read => joined.some(l => strideAlong(read, l) === 1));
  return across.some(read => doColumnsOverlap(packedAs(read), turnsOfAll(joined)));
}

/** Whether a turn of the outer loop is as far as all turns of the inner one. */
function isContiguous(site: Site, [outer, inner]: readonly For[]): boolean {
  if (!outer || !inner) return false;
  const stride = strideAlong(site, inner);
  return stride !== undefined && strideAlong(site, outer) === inner.extent * stride;
}

/** Each loop is a digit of the count. */
function joined({ outer, joined: all, inner }: Parts, body: readonly Stmt[], names: Names): Stmt {
  const count = loopVar(names.fresh(all.at(-1)?.loop ?? 'count'));
  const digits = all.map(({ loop, extent }, i) => {
    const over = turnsOfAll(all.slice(i + 1));
    return [loop, digitOf({ of: at(count), over, below: i === 0 ? undefined : extent })] as const;
  });
  const inside = substituteLoopsIn(forLoops(inner, block(body)), new Map(digits));
  return forLoops(outer, forLoop(count, turnsOfAll(all), inside));
}

function turnsOfAll(loops: readonly For[]): number {
  return product(loops.map(l => l.extent));
}
