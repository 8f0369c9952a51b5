/**
 * Float sums that gcc evaluates in the wrong order (bug 110381, until 12.3 and 13.1).
 *
 * If an iteration of a loop adds several cells to one, which happens when inner loops are
 * unrolled, gcc vectorises a few iterations and loads the cells in memory order. If the
 * sum has another order, gcc fails to restore it, and uses some cells twice and some not at all:
 *
 *     for (b = 0; b < 8; ++b) { s += x[2 * b + 1]; s += x[2 * b]; }
 */
import { bytesOf, kindOf, type Program } from '../../compiler/index.ts';
import {
  declaredIn,
  groupByNode,
  loopsAlong,
  type Site,
  sitesIn,
} from '../../compiler/loop/facts.ts';
import type { For } from '../../compiler/loop/ir.ts';
import { strideOf } from '../../compiler/loop/stride.ts';

/** A store that accumulates cells into one. */
interface Sum {
  readonly store: Site;
  readonly reads: readonly Site[];
  /** The loops all iterations of which add to the same cell, outermost first. */
  readonly loops: readonly For[];
}

/** The loops that must not be unrolled, so that no iteration of those around them adds several cells. */
export function loopsThatSum(program: Program): ReadonlySet<For> {
  const apart = sumsIn(program).flatMap(sums =>
    sums.filter(sum => sum.loops.length > 1 && (!isAscending(sum) || hasCompany(sum, sums))),
  );
  return new Set(apart.flatMap(({ loops }) => loops.slice(-1)));
}

/**
 * Whether it stores integers of 8 or 16 bits. At `-O3` gcc 12 joins sums of such neighbours into vectors of a few lanes, and if their terms are
 * chosen by conditions, some lanes come out negated: `test/backends/conformance-sums.test.ts` has a program.
 */
export function storesNarrowIntegers(program: Program): boolean {
  return sitesIn(program).some(
    ({ kind, node }) =>
      kind !== 'read' && kindOf(node.dtype) === 'integer' && bytesOf[node.dtype] < bytesOf.i32,
  );
}

/** Whether an iteration of a loop adds several cells to one even so, in several statements. */
export function addsTwiceATurn(program: Program): boolean {
  return sumsIn(program).some(sums => {
    const turns = sums.map(sum => ({ ...sum, loops: sum.loops.slice(-1) }));
    return turns.some(sum => hasCompany(sum, turns));
  });
}

/** Adjacent ones to the same array. */
function sumsIn(program: Program): readonly (readonly Sum[])[] {
  const sums = new Map<Site, Sum>();
  let reads: Site[] = [];
  const sites = sitesIn(program);
  for (const site of sites) {
    if (site.kind === 'read') {
      reads.push(site);
      continue;
    }
    const loops = loopsOfSum(site, reads);
    if (loops.length > 0) sums.set(site, { store: site, reads, loops });
    reads = [];
  }
  return [...groupByNode([...sums.keys()]).values()].map(stores =>
    stores.flatMap(store => sums.get(store) ?? []),
  );
}

function loopsOfSum({ node, leaf, index, path }: Site, reads: readonly Site[]): readonly For[] {
  const adds =
    leaf.kind === 'accumulate'
      ? ['add', 'sub', 'mul'].includes(leaf.op)
      : leaf.kind === 'write' && reads.some(read => read.node === node);
  const around = loopsAlong(path);
  const isVector = around.some(({ mode }) => mode === 'vector');
  if (!adds || isVector || index === undefined || kindOf(node.dtype) !== 'float') return [];
  return around.filter(
    ({ loop, body }) => strideOf(node, index, loop) === 0 && !declaredIn(body).has(node),
  );
}

/** Whether another statement adds to the same array in one of its loops. */
function hasCompany({ store, loops }: Sum, sums: readonly Sum[]): boolean {
  return sums.some(other => other.store !== store && other.loops.some(l => loops.includes(l)));
}

/** Whether it reads every array sequentially, possibly some of them repeatedly. */
function isAscending({ loops, reads }: Sum): boolean {
  return reads.every(({ node, index }) => {
    let span = 0; // cells covered by the inner loops
    return loops.toReversed().every(({ loop, extent }) => {
      const stride = index && strideOf(node, index, loop);
      if (stride === 0) return true;
      if (stride === undefined || stride < 0 || (span > 0 && stride <= span)) return false;
      span += stride * (extent - 1);
      return true;
    });
  });
}
