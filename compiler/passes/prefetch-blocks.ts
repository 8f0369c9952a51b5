/**
 * Prefetches what the next turn of a loop reads repeatedly, a little in each turn of the inner loops. The next picture of
 * a filter's gradient is in no near cache, and the first of many sums over it would wait for all of it. What is
 * read only once, row by row, needs no such help.
 *
 *   before   for b < 32 { for i < 3 { for h < 28 { for v < 28 { … x[b, h + i, v, l] … } } } }
 *
 *   after    for b < 32 { for i < 3 { for h < 28 {
 *              prefetch x[b + 1, 0, 0, 1344*i + 48*h]; prefetch x[b + 1, 0, 0, 1344*i + 48*h + 16]; …
 *              for v < 28 { … x[b, h + i, v, l] … }
 *            } } }
 *
 * Where parts of a picture follow one another (`block-reductions`), the next part is asked for, not that of the next picture.
 * Cache lines are enumerated along the innermost axis. Only for arrays that no near cache holds, for blocks of some size of
 * which two fit in it, and for turns that compute much; if not all blocks fit, those that would arrive in the shortest
 * bursts. Computes nothing.
 */
import { fixed, type Index, plus, sumOf, at } from '../core/index-expr.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsAlong, usedIn, writtenIn } from '../loop/facts.ts';
import { block, type For, forLoop, prefetch, type Stmt } from '../loop/ir.ts';
import { rewriteOutermost, visitStmts } from '../loop/traverse.ts';
import {
  type Block,
  blocksOf,
  bytesIn,
  bytesWhile,
  goesOnInside,
  isBlock,
  type Lines,
  nextLines,
} from '../schedule/prefetch-lines.ts';
import type { Target } from '../schedule/target.ts';
import { workOf } from '../schedule/work.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function prefetchBlocks(target: Target): Pass {
  return {
    name: 'prefetch-blocks',
    run: (program, note) => {
      const body = rewriteOutermost(program.body, s => {
        const plans = s.kind === 'for' ? plansFor(s, target) : [];
        if (s.kind !== 'for' || plans.length === 0) return undefined;
        const after = plans.reduce<Stmt>(withPrefetches, s);
        const arrays = plans.map(({ block: { node } }) => node.name);
        const step = { kind: 'prefetch', arrays, loop: s.loop } as const;
        note?.({ about: 'nest', step, before: [s], after });
        return after;
      });
      return withBody(program, body);
    },
  };
}

/** Where a block is prefetched: at the start of each turn of a loop, some of its rows at a time. */
interface Plan {
  readonly block: Block;
  readonly lines: Lines;
  /** From the outermost inside the loop whose next turn needs the block, to the one whose turns prefetch. */
  readonly loops: readonly For[];
  readonly rowsEach: number;
}

/** Bytes in one burst: less arrives soon enough. */
const leastShare = 1 / 40;

/** Bytes of a block: half of a first-level cache keeps a smaller one, which the next would evict from there. */
const smallShare = 1 / 32;

/** Work per byte (see `workOf`): with less, memory is the limit anyway. */
const leastWork = 16;

/** The second-level cache has twice `cacheBytes`. */
const cachesInAll = 2;

function plansFor(loop: For, { cacheBytes }: Target): readonly Plan[] {
  if (loop.extent < 2) return [];
  const far = farFrom(loop, cacheBytes);
  if (far.size === 0 || hasPrefetch(loop) || goesOnInside(loop, node => far.has(node))) return [];
  const asked = blocksOf(loop, node => far.has(node))
    .filter(isBlock)
    .filter(of => bytesIn(of) > smallShare * cacheBytes)
    .filter(of => burstOf(of, leastShare * cacheBytes) >= leastBurst);
  const plans = asked.flatMap(of => planFor(of, loop) ?? []);
  if (plans.length === 0) return [];
  const touched = blocksOf(loop).reduce((all, of) => all + bytesIn(of), 0);
  const most = Math.min(workOf(loop.body) / leastWork, cachesInAll * cacheBytes - touched);
  const burst = (plan: Plan): number => burstOf(plan.block, leastShare * cacheBytes);
  const wanted = plans.toSorted((a, b) => burst(b) - burst(a));
  const taken = new Set(fitting(wanted, most));
  return plans.filter(plan => taken.has(plan));
}

/** The arrays that a loop only reads and no near cache holds: most loops have none, and nothing else is looked at. */
function farFrom(loop: For, cacheBytes: number): ReadonlySet<TensorNode> {
  const large = [...usedIn(loop)].filter(node => sizeOf(node) > cacheBytes);
  if (large.length === 0) return new Set();
  const [own, written] = [declaredIn(loop), writtenIn(loop)];
  return new Set(large.filter(node => !own.has(node) && !written.has(node)));
}

/** One after the other, all that there is room for. */
function fitting(plans: readonly Plan[], mostBytes: number): readonly Plan[] {
  return plans.reduce<readonly Plan[]>((taken, plan) => {
    const bytes = [...taken, plan].reduce((all, { block: of }) => all + bytesIn(of), 0);
    return bytes <= mostBytes ? [...taken, plan] : taken;
  }, []);
}

/** How much faster than evenly. */
const leastBurst = 3;

/** How fast turns of loops inside touch a block, those that touch much of it: times as fast as evenly. */
function burstOf(of: Block, leastBytes: number): number {
  const serial = serialOf(of);
  const bursts = serial.map((_, i) => {
    const still = serial.slice(0, i + 1);
    const bytes = bytesWhile(still, of);
    const inAll = bytes * product(still.map(l => l.extent));
    return bytes >= leastBytes ? inAll / bytesIn(of) : 0;
  });
  return Math.max(0, ...bursts);
}

/** The loops around the site that touches a block most often, without those within a tile. */
function serialOf({ site }: Block): readonly For[] {
  const path = loopsAlong(site.path);
  const other = path.findIndex(l => l.mode !== 'serial');
  return path.slice(0, other < 0 ? path.length : other);
}

function hasPrefetch(s: Stmt): boolean {
  let has = false;
  visitStmts(s, part => (has ||= part.kind === 'prefetch'));
  return has;
}

/** More lines at once would delay other loads. */
const mostAtOnce = 16;

function planFor(block: Block, loop: For): Plan | undefined {
  const lines = nextLines(block, loop);
  if (!lines) return undefined;
  const serial = serialOf(block);
  const counts = serial.map((_, i) => i + 1);
  const turnsOf = (count: number): number => product(serial.slice(0, count).map(l => l.extent));
  const count = counts.findLast(n => turnsOf(n) <= 2 * lines.rows);
  if (count === undefined) return undefined;
  const rowsEach = Math.ceil(lines.rows / turnsOf(count));
  const isFew = rowsEach * lines.inRow <= mostAtOnce;
  return isFew ? { block, lines, loops: serial.slice(0, count), rowsEach } : undefined;
}

function withPrefetches(s: Stmt, { block: of, lines, loops, rowsEach }: Plan): Stmt {
  const turn = loops.reduce<Index>(
    (all, l) =>
      sumOf([
        [l.extent, all],
        [1, at(l.loop)],
      ]),
    fixed(0),
  );
  const rows = Array.from({ length: rowsEach }, (_, i) =>
    plus(sumOf([[rowsEach, turn]]), fixed(i)),
  );
  const asks = rows.flatMap(row =>
    Array.from({ length: lines.inRow }, (_, line) =>
      prefetch('read', of.node, lines.cellOf(row, line)),
    ),
  );
  const asking = loops.at(-1)?.loop;
  return rewriteOutermost(s, part =>
    part.kind === 'for' && part.loop === asking
      ? forLoop(part.loop, part.extent, block([...asks, part.body]), part.mode)
      : undefined,
  );
}
