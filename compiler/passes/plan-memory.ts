/**
 * Lets scratch arrays share memory that are not needed at the same time: they get places in one arena
 * as small as can be found at once. Exact: nothing that is computed changes.
 *
 *   before   scratch 1.5 MiB: h1: f32[131072] in 0..524287, h2: f32[131072] in 524288..1048575,
 *                h3: f32[131072] in 1048576..1572863;
 *            … h1 …   … h1, h2 …   … h2, h3 …
 *
 *   after    scratch 1 MiB, 1.5 MiB without sharing: h1: f32[131072] in 0..524287,
 *                h2: f32[131072] in 524288..1048575, h3: f32[131072] in 0..524287;
 *
 * Greedy by size, with the best gap for each: Pisarchyk and Lee, Efficient Memory Management for Deep
 * Neural Net Inference (2020), section 5.2. Large arrays are placed first. Each goes to the smallest
 * gap that has room for it between those placed that it meets, or behind them. Of several orders the
 * one that comes out smallest is taken.
 */
import type { TensorNode } from '../core/tensor-node.ts';
import { arenaBytes, endOf, roomFor } from '../loop/arena.ts';
import type { Program, Scratch } from '../loop/ir.ts';
import { areLiveAtOnce, type LiveRange, liveRanges } from '../loop/liveness.ts';
import type { Pass } from './pipeline.ts';

export const planMemory: Pass = {
  name: 'plan-memory',
  run: program => {
    if (program.scratch.length < 2) return program;
    const offsets = plan(program);
    const scratch = program.scratch.map(({ node }) => ({ node, offset: offsets.get(node) ?? 0 }));
    const isSame = scratch.every(({ offset }, i) => offset === program.scratch[i]?.offset);
    return isSame ? program : { ...program, scratch };
  },
};

interface Wanted {
  readonly node: TensorNode;
  readonly live: LiveRange;
}

function plan(program: Program): ReadonlyMap<TensorNode, number> {
  const ranges = liveRanges(program);
  const wanted = program.scratch.map(({ node }) => {
    return { node, live: ranges.get(node) ?? { first: 0, last: 0 } };
  });
  const [first = [], ...others] = orders.map(order => placed(wanted.toSorted(order)));
  const best = others.reduce((a, b) => (arenaBytes(b) < arenaBytes(a) ? b : a), first);
  return new Map(best.map(({ node, offset }) => [node, offset]));
}

type Order = (a: Wanted, b: Wanted) => number;

const bySize: Order = (a, b) => roomFor(b.node) - roomFor(a.node);
const byLength: Order = (a, b) => lengthOf(b.live) - lengthOf(a.live);
const byStart: Order = (a, b) => a.live.first - b.live.first;

const orders: readonly Order[] = [
  (a, b) => bySize(a, b) || byLength(a, b),
  (a, b) => bySize(a, b) || byStart(a, b),
  (a, b) => byLength(a, b) || bySize(a, b),
];

function lengthOf({ first, last }: LiveRange): number {
  return last - first;
}

interface Placed extends Scratch, Wanted {}

function placed(wanted: readonly Wanted[]): readonly Placed[] {
  /** By offset. */
  const done: Placed[] = [];
  for (const { node, live } of wanted) {
    const met = done.filter(other => areLiveAtOnce(live, other.live));
    const place = { node, live, offset: gapAmong(met, roomFor(node)) };
    const next = done.findIndex(other => other.offset > place.offset);
    done.splice(next === -1 ? done.length : next, 0, place);
  }
  return done;
}

/** Where the smallest gap begins that has so much room, or where all of them end. */
function gapAmong(byOffset: readonly Scratch[], bytes: number): number {
  let end = 0;
  let best = { offset: -1, room: Infinity };
  for (const place of byOffset) {
    const room = place.offset - end;
    if (room >= bytes && room < best.room) best = { offset: end, room };
    end = Math.max(end, endOf(place));
  }
  return best.offset === -1 ? end : best.offset;
}
