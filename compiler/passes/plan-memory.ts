/**
 * Packs scratch arrays into one arena in which arrays that are not live at the same time share memory. Exact: nothing
 * that is computed changes.
 *
 *   before   scratch 1.5 MiB: h1: f32[131072] in 0..524287, h2: f32[131072] in 524288..1048575,
 *                h3: f32[131072] in 1048576..1572863;
 *            … h1 …   … h1, h2 …   … h2, h3 …
 *
 *   after    scratch 1 MiB, 1.5 MiB without sharing: h1: f32[131072] in 0..524287,
 *                h2: f32[131072] in 524288..1048575, h3: f32[131072] in 0..524287;
 *
 * A result may take the place of an operand, if each cell is read before it is overwritten
 * (`../loop/in-place.ts`):
 *
 *   before   h: f32[131072] in 0..524287, g: f32[131072] in 524288..1048575;   … g[i] := relu(h[i]); …
 *   after    h: f32[131072] in 0..524287, g: f32[131072] in 0..524287;
 *
 * Greedy by size with best fit: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference (2020),
 * section 5.2. Large arrays are placed first. Each goes to the smallest sufficient gap between the placed arrays that are
 * live at the same time, or behind them. Several orders are tried, with results in the place of operands and without,
 * and the smallest arena is taken.
 */
import type { TensorNode } from '../core/tensor-node.ts';
import { arenaBytes, roomFor } from '../loop/arena.ts';
import { InPlace } from '../loop/in-place.ts';
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
  /** The bytes that it takes up. */
  readonly room: number;
  /** What lies in the same place after it, one after the other. */
  readonly followers: readonly TensorNode[];
  /** Of all of them. */
  readonly live: LiveRange;
}

function plan(program: Program): ReadonlyMap<TensorNode, number> {
  const ranges = liveRanges(program);
  const apart = program.scratch.map(({ node }) => {
    const live = ranges.get(node) ?? { first: 0, last: 0 };
    return { node, room: roomFor(node), followers: [], live };
  });
  const plans = [apart, following(apart, new InPlace(program))].flatMap(wanted =>
    orders.map(order => placed(wanted.toSorted(order))),
  );
  const [first = [], ...others] = plans;
  const best = others.reduce((a, b) => (arenaBytes(b) < arenaBytes(a) ? b : a), first);
  return new Map(
    best.flatMap(({ node, followers, offset }) =>
      [node, ...followers].map(each => [each, offset] as const),
    ),
  );
}

/** With each array, where that is possible, in the place of one of its size that it is computed from. */
function following(apart: readonly Wanted[], inPlace: InPlace): readonly Wanted[] {
  const places: Wanted[] = [];
  const byFirstUse = apart.toSorted((a, b) => startOf(a) - startOf(b));
  for (const next of byFirstUse) {
    const { node, room, live } = next;
    const at = places.findIndex(
      place =>
        areLiveAtOnce(place.live, live) &&
        place.room === room &&
        [place.node, ...place.followers].every(before => inPlace.mayFollow(node, before)),
    );
    const place = places[at];
    if (place) places[at] = joined(place, next);
    else places.push(next);
  }
  return places;

  function startOf({ node }: Wanted): number {
    return inPlace.firstUse(node) ?? 0;
  }
}

function joined(a: Wanted, b: Wanted): Wanted {
  const live = {
    first: Math.min(a.live.first, b.live.first),
    last: Math.max(a.live.last, b.live.last),
  };
  return { ...a, followers: [...a.followers, b.node], live };
}

type Order = (a: Wanted, b: Wanted) => number;

const bySize: Order = (a, b) => b.room - a.room;
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
  for (const one of wanted) {
    const met = done.filter(other => areLiveAtOnce(one.live, other.live));
    const place = { ...one, offset: gapAmong(met, one.room) };
    const next = done.findIndex(other => other.offset > place.offset);
    done.splice(next === -1 ? done.length : next, 0, place);
  }
  return done;
}

/** Where the smallest gap begins that has so much room, or where all of them end. */
function gapAmong(byOffset: readonly Placed[], bytes: number): number {
  let end = 0;
  let best = { offset: -1, room: Infinity };
  for (const place of byOffset) {
    const room = place.offset - end;
    if (room >= bytes && room < best.room) best = { offset: end, room };
    end = Math.max(end, place.offset + place.room);
  }
  return best.offset === -1 ? end : best.offset;
}
