/** The arena: one piece of memory for all scratch arrays, and the place of each in it. */
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import type { Scratch } from './ir.ts';

/** Places start at multiples of it, as the lines of a cache and the widest vectors do. */
export const arenaAlignment = 64;

/** The bytes that an array occupies in an arena, up to the next possible start; more than 0 even without cells. */
export function roomFor(node: TensorNode): number {
  return Math.max(1, Math.ceil(sizeOf(node) / arenaAlignment)) * arenaAlignment;
}

/** The first byte behind a place. */
export function endOf({ node, offset }: Scratch): number {
  return offset + roomFor(node);
}

/** How large the arena of these arrays is. */
export function arenaBytes(scratch: readonly Scratch[]): number {
  return scratch.reduce((end, place) => Math.max(end, endOf(place)), 0);
}

/** How large it were if no two of them shared memory. */
export function bytesUnshared(scratch: readonly Scratch[]): number {
  return scratch.reduce((sum, { node }) => sum + roomFor(node), 0);
}

/** Behind the others, one after the other. */
export function append(
  scratch: readonly Scratch[],
  nodes: readonly TensorNode[],
): readonly Scratch[] {
  let offset = arenaBytes(scratch);
  const appended = nodes.map(node => {
    const place = { node, offset };
    offset = endOf(place);
    return place;
  });
  return [...scratch, ...appended];
}

/** Whether two places have a byte in common. */
export function overlap(a: Scratch, b: Scratch): boolean {
  return a.offset < endOfCells(b) && b.offset < endOfCells(a);
}

function endOfCells({ node, offset }: Scratch): number {
  return offset + sizeOf(node);
}

/** The pairs of places that have a byte in common, found by going through the arena from its start. */
export function overlapping(scratch: readonly Scratch[]): readonly (readonly [Scratch, Scratch])[] {
  const pairs: (readonly [Scratch, Scratch])[] = [];
  let near: { readonly place: Scratch; readonly end: number }[] = [];
  for (const place of scratch.toSorted((a, b) => a.offset - b.offset)) {
    near = near.filter(({ end }) => end > place.offset);
    for (const before of near) if (overlap(before.place, place)) pairs.push([before.place, place]);
    near.push({ place, end: endOfCells(place) });
  }
  return pairs;
}
